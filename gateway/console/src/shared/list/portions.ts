/** What one call for many records can hold. */

/** Records of one call. */
export const MOST_RECORDS = 1000;
/** A body may have 1 MB; the rest is for what is around the records. */
const MOST_BYTES = 900_000;

/** The entries in portions that one call can hold. */
export function portions<T>(entries: readonly T[], most = MOST_RECORDS, bytes = MOST_BYTES): T[][] {
  const encoder = new TextEncoder();
  const all: T[][] = [];
  let size = 0;
  for (const entry of entries) {
    const length = encoder.encode(JSON.stringify(entry)).length + 1;
    const last = all.at(-1);
    if (last && last.length < most && size + length <= bytes) {
      last.push(entry);
      size += length;
    } else {
      all.push([entry]);
      size = length;
    }
  }
  return all;
}
