/** The beginning of a file as a table, to map its columns. How the whole is read the server says. */

export type Sample = { columns: string[]; rows: string[][] };

/** Bytes of a file that are looked at. */
export const SAMPLE_BYTES = 256 * 1024;

/** The encodings of ImportOptions, as browsers call them. */
export const CODECS: Record<string, string> = {
  UTF_8: "utf-8",
  UTF_16: "utf-16le",
  WINDOWS_1252: "windows-1252",
  WINDOWS_1250: "windows-1250",
  WINDOWS_1251: "windows-1251",
  WINDOWS_1253: "windows-1253",
  WINDOWS_1254: "windows-1254",
  ISO_8859_2: "iso-8859-2",
  ISO_8859_15: "iso-8859-15",
  KOI8_R: "koi8-r",
  MAC_ROMAN: "macintosh",
  SHIFT_JIS: "shift_jis",
  EUC_KR: "euc-kr",
  BIG5: "big5",
  GB18030: "gb18030",
};
const DELIMITERS: Record<string, string> = { COMMA: ",", SEMICOLON: ";", TAB: "\t", PIPE: "|" };

/** `encoding` and `delimiter` as in ImportOptions, "" for what the bytes say. */
export function sampleOf(bytes: Uint8Array, encoding: string, delimiter: string): Sample {
  let text = decoded(bytes, encoding);
  const told = /^"?sep=(.)"?\r?\n/i.exec(text);
  if (told) text = text.slice(told[0].length);
  const sign = DELIMITERS[delimiter] ?? told?.[1];
  const tables = (sign ? [sign] : Object.values(DELIMITERS)).map((candidate) => parsed(text, candidate));
  const best = tables.reduce((one, other) => ((other[0]?.length ?? 0) > (one[0]?.length ?? 0) ? other : one));
  const [head = [], ...rows] = best;
  return { columns: head.map((name) => name.trim()), rows };
}

function decoded(bytes: Uint8Array, encoding: string): string {
  if (encoding) return new TextDecoder(CODECS[encoding]).decode(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    // A sample may end within a letter, which `stream` leaves out.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** Rows with any text; cells may be quoted and then have line breaks. */
function parsed(text: string, delimiter: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const endRow = () => {
    row.push(cell);
    if (row.some((value) => value.trim())) rows.push(row);
    row = [];
    cell = "";
  };
  for (let place = 0; place < text.length; place++) {
    const sign = text[place] as string;
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (text[place + 1] === '"') cell += text[place++];
      else quoted = false;
    } else if (sign === '"' && cell === "") quoted = true;
    else if (sign === delimiter) {
      row.push(cell);
      cell = "";
    } else if (sign === "\n" || sign === "\r") endRow();
    else cell += sign;
  }
  endRow();
  return rows;
}
