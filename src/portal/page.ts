/** Headers of every page of pier's own; what a session answers is passed on as it is. */
export const ownHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

/** HTML that is already safe to stand in a page; made by `html` only. */
export interface Markup {
  readonly markup: string;
}

/** Puts values into HTML, each escaped unless it is `Markup`. */
export function html(strings: TemplateStringsArray, ...values: (string | Markup)[]): Markup {
  const parts = strings.map((text, at) => {
    const value = values[at];
    return text + (value === undefined ? '' : typeof value === 'string' ? escaped(value) : value.markup);
  });
  return { markup: parts.join('') };
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] as string);
}

export interface PageOptions {
  readonly title: string;
  readonly body: Markup;
  /** Name of its script in `/pier/assets/`. */
  readonly script?: string;
}

/** A whole page in the portal's dress. */
export function page({ title, body, script }: PageOptions): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · pier</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/pier/assets/portal.css">
${script === undefined ? '' : html`<script type="module" src="/pier/assets/${script}"></script>`}
</head>
<body>
${body}
</body>
</html>
`.markup;
}

/** A page that says one thing, and what to type next. */
export function notice(title: string, text: Markup, command?: string): Markup {
  const next = command === undefined ? '' : html`<p>In a terminal, type:</p><pre><code>${command}</code></pre>`;
  return html`<main class="notice"><h1>${title}</h1>${text}${next}</main>`;
}
