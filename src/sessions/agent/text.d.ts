// What Python runs is bundled as text (scripts/bundling.mjs), which has a default export only.
declare module '*.py' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: the bundler gives no other
  export default text;
}
