import { expect, test } from 'vitest';
import { html, notice, page } from './page.ts';

test('what is put into a page is text, wherever it comes from', () => {
  const name = `<img src=x onerror="alert('1')">&amp;`;
  const escaped = '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;';
  expect(html`<b title="${name}">${name}</b>`.markup).toBe(`<b title="${escaped}">${escaped}</b>`);
  const whole = page({ title: name, body: notice(name, html`<p>${name}</p>`, name) });
  expect(whole).not.toContain('<img');
  expect(whole.split(escaped)).toHaveLength(5);
});

test('markup made by html is put in as it is', () => {
  expect(html`<p>${html`<b>${'<'}</b>`}</p>`.markup).toBe('<p><b>&lt;</b></p>');
});
