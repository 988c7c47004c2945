// Code of other languages is bundled as text (scripts/bundling.mjs), which has a default export only.
declare module '*.sh' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: the bundler gives no other
  export default text;
}
declare module '*.fish' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: the bundler gives no other
  export default text;
}
declare module '*.csh' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: the bundler gives no other
  export default text;
}
declare module '*.awk' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: the bundler gives no other
  export default text;
}
declare module '*.py' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: the bundler gives no other
  export default text;
}
