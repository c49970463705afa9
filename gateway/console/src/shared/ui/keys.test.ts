import { describe, expect, it } from "vitest";
import { keyListener, type Pressed } from "./keys";

const FIELD = { name: "field" } as unknown as EventTarget;

/** A keyboard whose keys do what `known` has; `done` tells what they did. */
function keyboard(...known: string[]) {
  const done: string[] = [];
  const clock = { ms: 100_000 };
  const listen = keyListener(
    (keys) => (known.includes(keys) ? () => done.push(keys) : undefined),
    (target) => target !== FIELD,
    () => clock.ms,
  );
  const press = (key: string, held: Partial<Pressed> = {}): boolean => {
    let prevented = false;
    const event = { key, target: null, ...held, preventDefault: () => (prevented = true) } as unknown as Pressed;
    listen(event);
    return prevented;
  };
  return { done, clock, press };
}

describe("keys", () => {
  it("do what they stand for, and are not typed into what they open", () => {
    const { done, press } = keyboard("n", "?");
    expect(press("n")).toBe(true);
    press("Shift");
    press("?");
    expect(done).toEqual(["n", "?"]);
  });

  it("that stand for nothing are left to the browser", () => {
    const { done, press } = keyboard("n");
    expect(press("x")).toBe(false);
    expect(done).toEqual([]);
  });

  it("lead to a page after g", () => {
    const { done, press } = keyboard("c", "g c");
    press("g");
    press("c");
    press("c");
    expect(done).toEqual(["g c", "c"]);
  });

  it("mean the page again when the second comes late", () => {
    const { done, press, clock } = keyboard("c", "g c");
    press("g");
    clock.ms += 1_500;
    press("c");
    expect(done).toEqual(["c"]);
  });

  it("do nothing where somebody types, and what was begun is forgotten there", () => {
    const { done, press } = keyboard("c", "g c");
    press("c", { target: FIELD });
    press("g");
    press("c", { target: FIELD });
    press("c");
    expect(done).toEqual(["c"]);
  });

  it.each(["ctrlKey", "altKey", "metaKey", "repeat", "isComposing", "defaultPrevented"] as const)(
    "belong to others with %s",
    (held) => {
      const { done, press } = keyboard("n");
      expect(press("n", { [held]: true })).toBe(false);
      expect(done).toEqual([]);
    },
  );
});
