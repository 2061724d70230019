/** A TypeScript file as JavaScript text, see vite.config.ts. */
declare module "*?code" {
  const text: string;
  export default text;
}
