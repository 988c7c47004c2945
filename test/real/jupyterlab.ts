import type { Locator, Page } from 'playwright-core';

/** A notebook in JupyterLab, driven as a person does: by the keyboard and what is on the screen. */
export interface Notebook {
  /** Types code into the cell at the end, runs it, and gives its output area. */
  readonly run: (code: string) => Promise<Locator>;
}

const patience = { timeout: 90_000 };

/** Clicks the launcher's first kernel and waits for a cell. */
export async function newNotebook(page: Page): Promise<Notebook> {
  await page.locator('.jp-LauncherCard[data-category="Notebook"]').first().click(patience);
  return await openedNotebook(page);
}

/** The notebook that is open already, such as after a reload. */
export async function openedNotebook(page: Page): Promise<Notebook> {
  await page.locator('.jp-Notebook .jp-CodeCell').first().waitFor(patience);
  // What runs before the kernel is there is lost.
  await page.locator('#jp-main-statusbar', { hasText: /\| Idle/ }).waitFor(patience);
  return { run: (code) => runCell(page, code) };
}

async function runCell(page: Page, code: string): Promise<Locator> {
  const cells = page.locator('.jp-Notebook .jp-CodeCell');
  const index = (await cells.count()) - 1;
  await cells.nth(index).locator('.cm-content').click(patience);
  await page.keyboard.insertText(code);
  await page.keyboard.press('Shift+Enter');
  // Jupyter counts an execution in brackets once it is over; until then there is an asterisk.
  await cells
    .nth(index)
    .locator('.jp-InputPrompt', { hasText: /\[\d+\]/ })
    .waitFor(patience);
  return cells.nth(index).locator('.jp-OutputArea');
}

/** What the last cell printed. */
export async function printed(output: Locator): Promise<string> {
  const text = output.locator('.jp-OutputArea-output pre').first();
  await text.waitFor(patience);
  return ((await text.textContent()) ?? '').trim();
}
