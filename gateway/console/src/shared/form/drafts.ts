/**
 * What was typed and not sent yet, so that a reload, a crash or an expired session does not lose it.
 *
 * It is encrypted with a key that the server gives to its user alone: what an expired session has left is there after
 * the next sign-in, and nobody else at this browser can read it.
 */
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { bytesToUtf8, managedNonce, utf8ToBytes } from "@noble/ciphers/utils.js";
import type { Json } from "@/shared/api/client";
import { ownerOfDrafts } from "./owner";

const PREFIX = "crm-draft:";
const sealer = managedNonce(xchacha20poly1305);

const place = (name: string) => `${PREFIX}${ownerOfDrafts()?.id}:${name}`;

export function readDraft(name: string): Json | null {
  const owner = ownerOfDrafts();
  const kept = localStorage.getItem(place(name));
  if (!kept || !owner) return null;
  try {
    const seal = sealer(fromBase64(owner.key), utf8ToBytes(place(name)));
    return JSON.parse(bytesToUtf8(seal.decrypt(fromBase64(kept))));
  } catch {
    return null; // Somebody else has written it, or the key of the installation has changed: nothing can open it.
  }
}

export function writeDraft(name: string, values: Json): void {
  const owner = ownerOfDrafts();
  if (!owner) return;
  const sealed = sealer(fromBase64(owner.key), utf8ToBytes(place(name))).encrypt(utf8ToBytes(JSON.stringify(values)));
  try {
    localStorage.setItem(place(name), toBase64(sealed));
  } catch {
    // A full store costs the drafts of others, and if that is not enough this one, not the input on the screen.
    forget((key) => !key.startsWith(place("")));
    try {
      localStorage.setItem(place(name), toBase64(sealed));
    } catch {
      dropDraft(name);
    }
  }
}

export const dropDraft = (name: string): void => localStorage.removeItem(place(name));

const names = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));

/** Whether the person has typed something that is not sent yet. */
export const hasDrafts = (): boolean => names().some((key) => key.startsWith(place("")));

/** Forgets every draft of the person, as signing out does. */
export const dropDrafts = (): void => forget((key) => key.startsWith(place("")));

function forget(which: (key: string) => boolean): void {
  for (const key of names().filter(which)) localStorage.removeItem(key);
}

const fromBase64 = (text: string) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
