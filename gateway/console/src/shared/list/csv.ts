/** Rows as a CSV file that a spreadsheet opens without running anything in it. */

/** Text that a spreadsheet would take for a formula; a number is none. */
const FORMULA = /^\s*[=+\-@]/;
const NUMBER = /^[+-]?\d+([.,]\d+)*$/;

export function csvCell(text: string): string {
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",;\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const csvLine = (cells: readonly string[], separator: "," | ";"): string =>
  `${cells.map(csvCell).join(separator)}\r\n`;

/** Tells spreadsheets that the letters are UTF-8. */
export const BYTE_ORDER_MARK = "\ufeff";

/** Has the browser store a file. */
export function download(name: string, parts: BlobPart[], type: string): void {
  const address = URL.createObjectURL(new Blob(parts, { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
