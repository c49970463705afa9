import { beforeEach, expect, test, vi } from "vitest";
import { dropDrafts, readDraft, writeDraft } from "./drafts";
import { draftsOf } from "./owner";

const ANN = "QW5uJ3Mga2V5IG9mIHRoaXJ0eS10d28gYnl0ZXMuLi4=";
const BEN = "QmVuJ3Mga2V5IG9mIHRoaXJ0eS10d28gYnl0ZXMuLi4=";

/** What a browser keeps; a property for each key, as Object.keys sees it. */
class Store {
  static room = Number.POSITIVE_INFINITY;
  [key: string]: unknown;
}
Object.defineProperties(Store.prototype, {
  getItem: { value: (key: string) => (localStorage as unknown as Store)[key] ?? null },
  setItem: {
    value: (key: string, value: string) => {
      const kept = Object.entries(localStorage).filter(([name]) => name !== key);
      const size = kept.reduce((sum, [, content]) => sum + content.length, value.length);
      if (size > Store.room) throw new DOMException("full", "QuotaExceededError");
      (localStorage as unknown as Store)[key] = value;
    },
  },
  removeItem: { value: (key: string) => delete (localStorage as unknown as Store)[key] },
});

beforeEach(() => {
  Store.room = Number.POSITIVE_INFINITY;
  vi.stubGlobal("localStorage", new Store());
  draftsOf("ann", ANN);
});

test("a draft is there for the same person after the next sign-in, and the store does not show what it says", () => {
  writeDraft("contacts.create.", { first_name: "Ada" });
  expect(JSON.stringify(localStorage)).not.toContain("Ada");
  draftsOf("ben", BEN);
  expect(readDraft("contacts.create.")).toBeNull();
  draftsOf("ann", ANN);
  expect(readDraft("contacts.create.")).toEqual({ first_name: "Ada" });
});

test("a draft that was written with another key, or for another place, is none", () => {
  writeDraft("one", { name: "Ada" });
  const sealed = localStorage.getItem("crm-draft:ann:one") ?? "";
  localStorage.setItem("crm-draft:ann:two", sealed);
  expect(readDraft("two")).toBeNull();
  localStorage.setItem("crm-draft:ann:three", "no seal");
  expect(readDraft("three")).toBeNull();
});

test("who signs out leaves nothing, and takes nobody else's", () => {
  writeDraft("one", { name: "Ada" });
  draftsOf("ben", BEN);
  writeDraft("one", { name: "Ben" });
  dropDrafts();
  expect(readDraft("one")).toBeNull();
  draftsOf("ann", ANN);
  expect(readDraft("one")).toEqual({ name: "Ada" });
});

test("a full store gives up what others have left, then the draft, and never fails", () => {
  writeDraft("one", { name: "Ada" });
  draftsOf("ben", BEN);
  Store.room = 100;
  writeDraft("one", { name: "Ben" });
  expect(readDraft("one")).toEqual({ name: "Ben" });
  draftsOf("ann", ANN);
  expect(readDraft("one")).toBeNull();
  writeDraft("one", { name: "x".repeat(1000) });
  expect(readDraft("one")).toBeNull();
});

test("without a key nothing is kept", () => {
  draftsOf("cleo", "");
  writeDraft("one", { name: "Cleo" });
  expect(Object.keys(localStorage)).toEqual([]);
  expect(readDraft("one")).toBeNull();
});
