import { describe, expect, it } from "vitest";
import type { Row } from "@/shared/api/records";
import { type Column, cardsOf, namesOf, neighboursAt, placeAt, provisionalRank, withCard, without } from "./columns";

const card = (id: string, rank: string): Row => ({ id, etag: "1", rank });
const ids = (column: Column) => cardsOf(column).map(({ id }) => id);
const column = (next: string, ...pages: Row[][]): Column => ({
  pageParams: pages.map(() => ""),
  pages: pages.map((rows, index) => ({
    rows,
    names: {},
    next: index === pages.length - 1 ? next : "more",
    total: null,
  })),
});

describe("columns of a board", () => {
  const loaded = column("", [card("a", "B"), card("c", "Z")], [card("d", "a")]);

  it("take a card at its place among all pages, capitals before small letters", () => {
    const result = withCard(loaded, card("b", "C"), { x: "Acme" });
    expect(ids(result)).toEqual(["a", "b", "c", "d"]);
    expect(namesOf(result)).toEqual({ x: "Acme" });
    expect(ids(withCard(loaded, card("z", "b"), {}))).toEqual(["a", "c", "d", "z"]);
    expect(ids(withCard(loaded, card("0", "a"), {}))).toEqual(["a", "c", "0", "d"]);
  });

  it("leave a card to a page that is not loaded if it belongs there", () => {
    expect(ids(withCard(column("more", [card("a", "B")]), card("z", "C"), {}))).toEqual(["a"]);
  });

  it("take the first card of an empty stage", () => {
    expect(ids(withCard(column("", []), card("a", "B"), {}))).toEqual(["a"]);
  });

  it("lose a card", () => {
    expect(ids(without(loaded, "d"))).toEqual(["a", "c"]);
    expect(without(loaded, "unknown")).toBe(loaded);
  });
});

describe("places in a column", () => {
  const cards = [card("a", "B"), card("b", "C"), card("c", "D")] as [Row, Row, Row];
  const [a, b, c] = cards;

  it("lie between the other cards", () => {
    expect(neighboursAt(cards, b, 0)).toEqual({ after: undefined, before: a });
    expect(neighboursAt(cards, b, 1)).toEqual({ after: a, before: c });
    expect(neighboursAt(cards, b, 2)).toEqual({ after: c, before: undefined });
    expect(neighboursAt(cards, card("x", ""), 1)).toEqual({ after: a, before: b });
    expect(neighboursAt([], a, 0)).toEqual({});
  });

  it("are ranked until the server has answered", () => {
    const stand = (place: number, moved: Row) => {
      const rank = provisionalRank(neighboursAt(cards, moved, place));
      return ids(withCard(without(column("", cards), moved.id), { ...moved, rank }, {}));
    };
    expect(stand(0, c)).toEqual(["c", "a", "b"]);
    expect(stand(1, c)).toEqual(["a", "c", "b"]);
    expect(stand(2, a)).toEqual(["b", "c", "a"]);
  });

  it("are told by the height of what is dragged", () => {
    expect([-20, 0, 49, 51, 149, 151, 500].map((height) => placeAt(height, 100, 3, -1))).toEqual([0, 0, 0, 1, 1, 2, 3]);
    // In its own column, the gaps above and below the card are where it stands already.
    expect([0, 100, 200, 300].map((height) => placeAt(height, 100, 3, 1))).toEqual([0, 1, 1, 2]);
    expect([0, 100, 200, 300].map((height) => placeAt(height, 100, 3, 0))).toEqual([0, 0, 1, 2]);
  });
});
