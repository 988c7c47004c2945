export async function printCompletions(_words: readonly string[]): Promise<number> {
  return 0;
}
