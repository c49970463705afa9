/** Changing and reading many records, in as many calls as the bounds of one call ask for. */
import { call, type Json } from "@/shared/api/client";
import { isProblem, Problem } from "@/shared/api/problem";
import { type Listing, listPage, type Row } from "@/shared/api/records";
import type { paths } from "@/shared/api/schema";
import type { Text } from "@/shared/i18n";
import { newId } from "@/shared/new-id";
import { problemText } from "@/shared/ui/problem";
import { MOST_RECORDS, portions } from "./portions";

type Batched = { [Path in keyof paths]: Path extends `/v1/${infer Plural}:batchUpdate` ? Plural : never }[keyof paths];

const BATCHED: Record<Batched, true> = {
  account_relationships: true,
  accounts: true,
  activities: true,
  affiliations: true,
  business_calendars: true,
  campaign_members: true,
  campaigns: true,
  contacts: true,
  duplicate_rules: true,
  leads: true,
  matching_rules: true,
  opportunities: true,
  pipelines: true,
  products: true,
  segments: true,
  sla_policies: true,
  tasks: true,
  templates: true,
  tickets: true,
};

/** Whether many records of the resource can be changed with one call. */
export const isBatched = (resource: string): boolean => resource in BATCHED;

type Deleted = { [Path in keyof paths]: Path extends `/v1/${infer Plural}:batchDelete` ? Plural : never }[keyof paths];

const DELETED: Record<Deleted, true> = BATCHED;

/** Whether many records of the resource can be deleted with one call. */
export const isDeletedTogether = (resource: string): boolean => resource in DELETED;

export type Change = { id: string; etag: string } & Record<string, Json>;
export type Refused = { id: string; reason: string };
/** What became of changes: the versions of the changed records by their ids, and what was refused. */
export type Changed = { etags: Map<string, string>; refused: Refused[] };

/** How far something has come; throw in it to stop. */
export type OnProgress = (done: number) => void;

/** Changes records, each for itself. What is applied stays if a later call fails: those of that call are refused. */
export async function updateAll(
  resource: string,
  changes: readonly Change[],
  texts: Pick<Text, "text" | "textOr">,
  progress: OnProgress,
): Promise<Changed> {
  const outcome: Changed = { etags: new Map(), refused: [] };
  let done = 0;
  for (const portion of portions(changes)) {
    try {
      const answer = await call("POST", `/v1/${resource}:batchUpdate`, {
        body: { [resource]: portion },
        key: newId(),
      });
      portion.forEach(({ id }, index) => {
        const { outcome: what, etag, problem } = answer.results[index];
        if (what === "REFUSED") outcome.refused.push({ id, reason: problemText(asProblem(problem), texts) });
        else outcome.etags.set(id, etag);
      });
    } catch (problem) {
      if (!isProblem(problem)) throw problem;
      for (const { id } of portion) outcome.refused.push({ id, reason: problemText(problem, texts) });
    }
    done += portion.length;
    progress(done);
  }
  return outcome;
}

/** Deletes records or brings them back, each for itself. */
export async function withEach(
  verb: "batchDelete" | "batchUndelete",
  resource: string,
  records: readonly { id: string; etag?: string }[],
  texts: Pick<Text, "text" | "textOr">,
  progress: OnProgress,
): Promise<Refused[]> {
  const refused: Refused[] = [];
  for (let start = 0; start < records.length; start += MOST_RECORDS) {
    const portion = records.slice(start, start + MOST_RECORDS);
    try {
      const { results } = await call("POST", `/v1/${resource}:${verb}`, { body: { records: portion }, key: newId() });
      portion.forEach(({ id }, index) => {
        const { outcome, problem } = results[index];
        if (outcome === "REFUSED") refused.push({ id, reason: problemText(asProblem(problem), texts) });
      });
    } catch (problem) {
      if (!isProblem(problem)) throw problem;
      for (const { id } of portion) refused.push({ id, reason: problemText(problem, texts) });
    }
    progress(Math.min(start + MOST_RECORDS, records.length));
  }
  return refused;
}

const asProblem = ({ status, reason, detail, errors, error_codes: codes }: Json): Problem =>
  new Problem(status, reason, detail, errors ?? {}, "", codes ?? {});

/** The records with these ids as they are now; those that are gone are left out. */
export async function readAll(resource: string, ids: readonly string[]): Promise<Row[]> {
  const rows: Row[] = [];
  let missing = [...ids];
  while (missing.length) {
    const answer = await call("POST", `/v1/${resource}:batchGet`, { body: { ids: missing.slice(0, MOST_RECORDS) } });
    rows.push(...answer[resource]);
    missing = [...(answer.left_out ?? []), ...missing.slice(MOST_RECORDS)];
  }
  return rows;
}

const PAGE = 200;

/** Pages of a list, up to so many records. */
export async function* pagesOf(listing: Listing, most: number, signal?: AbortSignal) {
  let token = "";
  let count = 0;
  do {
    const page = await listPage({ ...listing, pageSize: Math.min(PAGE, most - count) }, token, signal);
    count += page.rows.length;
    token = page.next;
    yield page;
  } while (token && count < most);
}
