/** The columns of a board as they are kept: what a move does to them before the server has answered. */
import type { InfiniteData } from "@tanstack/react-query";
import type { Page, Row } from "@/shared/api/records";

export type Column = InfiniteData<Page>;

/** As the server orders them, which compares ranks byte by byte. */
export const ORDER = "rank";
const before = (one: Row, other: Row): boolean =>
  one.rank < other.rank || (one.rank === other.rank && one.id < other.id);

export const cardsOf = (column: Column | undefined): Row[] => column?.pages.flatMap((page) => page.rows) ?? [];
export const namesOf = (column: Column | undefined): Record<string, string> =>
  Object.assign({}, ...(column?.pages.map((page) => page.names) ?? []));

/** The column without a card. */
export function without(column: Column, id: string): Column {
  if (!cardsOf(column).some((row) => row.id === id)) return column;
  return {
    ...column,
    pages: column.pages.map((page) => ({ ...page, rows: page.rows.filter((row) => row.id !== id) })),
  };
}

/** The column with a card at its place. One that belongs behind what has been loaded comes with a later page. */
export function withCard(column: Column, card: Row, names: Record<string, string>): Column {
  let placed = false;
  const pages = column.pages.map((page, index) => {
    const last = index === column.pages.length - 1;
    const at = page.rows.findIndex((row) => before(card, row));
    if (placed || (at < 0 && !last)) return page;
    placed = true;
    if (at < 0 && page.next) return page;
    const place = at < 0 ? page.rows.length : at;
    return {
      ...page,
      rows: [...page.rows.slice(0, place), card, ...page.rows.slice(place)],
      names: { ...names, ...page.names },
    };
  });
  return { ...column, pages };
}

/** The cards of a column between which a moved one comes to stand; none at the edge of the column. */
export type Neighbours = { after?: Row; before?: Row };

/** The neighbours at a place, which is the number of other cards above. */
export function neighboursAt(cards: readonly Row[], card: Row, place: number): Neighbours {
  const others = cards.filter(({ id }) => id !== card.id);
  return { after: others[place - 1], before: others[place] };
}

/** A rank that holds until the server has given one: right behind the card above, or before all others. */
export const provisionalRank = ({ after }: Neighbours): string => (after ? `${after.rank}0` : "");

/** The place at a height within a column of cards of one height, of which the one at `own`, if any, is in hand. */
export function placeAt(height: number, cardHeight: number, count: number, own: number): number {
  const gap = Math.min(Math.max(Math.round(height / cardHeight), 0), count);
  return own >= 0 && gap > own ? gap - 1 : gap;
}
