/** Which field a column of a file means, by names and by labels in every language. */

export type Target = { name: string; labels: string[]; many: boolean };

/** Letters and digits alone, in lower case, without a number at the end. */
const plain = (text: string): string =>
  text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "")
    .replace(/(\D)\d+$/, "$1");

/** Column to field name, "" for none. A field is taken once, unless it takes several columns. */
export function guessed(columns: readonly string[], targets: readonly Target[]): Record<string, string> {
  const taken = new Set<string>();
  const mapping: Record<string, string> = {};
  for (const column of columns) {
    if (!column) continue;
    const target = targets.find(
      ({ name, labels, many }) =>
        (many || !taken.has(name)) && [name, ...labels].some((candidate) => plain(candidate) === plain(column)),
    );
    if (target) taken.add(target.name);
    mapping[column] = target?.name ?? "";
  }
  return mapping;
}
