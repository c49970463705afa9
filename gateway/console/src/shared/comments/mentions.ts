/** Mentions: `@[Erika Muster](users/<id>)` in a stored text, `@Erika Muster` where people read and write it. */

/** Whom a text that is being written mentions: ids by the names that stand in it. */
export type People = Readonly<Record<string, string>>;
export type Draft = { text: string; people: People };
export type Piece = { text: string; userId?: string };

const STORED = /@\[([^[\]\n]{1,200})\]\(users\/([0-9A-Fa-f-]{36})\)/g;
/** What somebody types behind an @ to find a person: up to the place of the caret. */
const SOUGHT = /(?:^|[\s(])@([^@\n[\]]{0,40})$/;

/** A stored text in pieces, of which those that mention somebody say whom. */
export function pieces(body: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of body.matchAll(STORED)) {
    if (match.index > end) found.push({ text: body.slice(end, match.index) });
    found.push({ text: `@${match[1]}`, userId: match[2] });
    end = match.index + match[0].length;
  }
  if (end < body.length) found.push({ text: body.slice(end) });
  return found;
}

/** A stored text as it is written. */
export function draftOf(body: string): Draft {
  const mentioned = pieces(body).filter(({ userId }) => userId);
  return {
    text: pieces(body)
      .map(({ text }) => text)
      .join(""),
    people: Object.fromEntries(mentioned.map(({ text, userId }) => [text.slice(1), userId as string])),
  };
}

/** A written text as it is stored. */
export function bodyOf({ text, people }: Draft): string {
  const names = Object.keys(people).sort((one, other) => other.length - one.length);
  if (!names.length) return text;
  const any = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  return text.replace(
    new RegExp(`@(${any})(?![\\p{L}\\p{N}])`, "gu"),
    (_, name) => `@[${name}](users/${people[name]})`,
  );
}

/** What is sought for a mention at the caret; null if none is being written. */
export function soughtAt(text: string, caret: number): string | null {
  return SOUGHT.exec(text.slice(0, caret))?.[1] ?? null;
}

/** The draft with somebody mentioned in place of what was sought, and where the caret is then. */
export function mentionAt(draft: Draft, caret: number, name: string, userId: string): { draft: Draft; caret: number } {
  const sought = soughtAt(draft.text, caret) ?? "";
  const plain = name.replace(/[[\]\n]/g, " ").trim();
  let shown = plain;
  for (let count = 2; (draft.people[shown] ?? userId) !== userId; count++) shown = `${plain} (${count})`;
  const start = draft.text.slice(0, caret - sought.length) + shown;
  return {
    draft: { text: `${start} ${draft.text.slice(caret)}`, people: { ...draft.people, [shown]: userId } },
    caret: start.length + 1,
  };
}
