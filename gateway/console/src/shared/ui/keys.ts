/**
 * Keys that do something at once: one alone ("n"), or one after `g` ("g c").
 *
 * What a page has for a key says so itself, with `aria-keyshortcuts`, which assistive technology reads too.
 */

/** How long the second of two keys is waited for. */
const PATIENCE_MS = 1_500;
const FIRST_OF_TWO = "g";

export type Pressed = Pick<
  KeyboardEvent,
  "key" | "altKey" | "ctrlKey" | "metaKey" | "isComposing" | "repeat" | "defaultPrevented" | "target" | "preventDefault"
>;

/**
 * What to do when a key goes down. `actionOf` gives what "n" or "g c" does, undefined if nothing; keys whose target is
 * not `free` are left to it.
 */
export function keyListener(
  actionOf: (keys: string) => (() => void) | undefined,
  free: (target: EventTarget | null) => boolean = isFree,
  now: () => number = Date.now,
): (event: Pressed) => void {
  let begun = 0;
  return (event) => {
    if (event.key === "Shift" || event.repeat) return;
    const second = now() - begun < PATIENCE_MS;
    begun = 0;
    if (event.defaultPrevented || event.isComposing) return;
    if (event.altKey || event.ctrlKey || event.metaKey || !free(event.target)) return;
    const key = event.key.toLowerCase();
    if (key === FIRST_OF_TWO && !second) {
      begun = now();
      return;
    }
    const action = actionOf(second ? `${FIRST_OF_TWO} ${key}` : key);
    if (!action) return;
    // A field that gets the focus would take the letter.
    event.preventDefault();
    action();
  };
}

const TYPED_INTO = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true]";
const OPEN_ABOVE = "[role=dialog], [role=alertdialog], [role=menu], [role=listbox]";

/** Whether letters mean nothing where the focus is: nobody types there, and nothing is open above the page. */
function isFree(target: EventTarget | null): boolean {
  const place = target as Element | null;
  return !place?.closest(`${TYPED_INTO}, ${OPEN_ABOVE}`) && !document.querySelector("[aria-modal=true]");
}

/** What the page has for a key: an input gets the focus, anything else is pressed. */
export function actionOnPage(key: string): (() => void) | undefined {
  const found = document.querySelectorAll<HTMLElement>(`[aria-keyshortcuts="${CSS.escape(key)}"]`);
  const element = [...found].find((one) => one.checkVisibility());
  if (!element) return undefined;
  return () => {
    if (!(element instanceof HTMLInputElement)) return element.click();
    element.focus();
    element.select();
  };
}

const SWITCHED_OFF = "crm-keys-off";

/** Whether keys do something in this browser: who speaks to it, or has a tremor, may want them off (WCAG 2.1.4). */
export const keysAreOn = (): boolean => localStorage.getItem(SWITCHED_OFF) === null;

export function switchKeys(on: boolean): void {
  if (on) localStorage.removeItem(SWITCHED_OFF);
  else localStorage.setItem(SWITCHED_OFF, "1");
}
