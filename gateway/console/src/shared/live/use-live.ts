/** Keeps what is on the screen as new as the suite: changed records are read again, lists a moment later. */
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { isRead, recordKey } from "@/shared/api/records";
import { commentsKey } from "@/shared/comments/place";
import { type Summary, useSummaries } from "@/shared/describe";
import { accessKey } from "@/shared/record/access";
import type { Change, Told } from "./stream";

/** What happens to who sees a record; its version counts something else than the record's. */
const ACCESS = new Set(["shared", "unshared", "gone"]);

/** A list is read again once for many changes. */
const GATHER_MS = 300;

export function useLive(): void {
  const client = useQueryClient();
  const summaries = useSummaries();
  const known = useRef<Summary[]>(summaries);
  known.current = summaries;
  useEffect(() => {
    const stop = new AbortController();
    const stale = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const gather = (resource: string) => {
      stale.add(resource);
      timer ??= setTimeout(() => {
        timer = undefined;
        for (const name of stale) {
          client.invalidateQueries({ queryKey: ["list", name] });
          client.invalidateQueries({ queryKey: ["groups", name] });
        }
        stale.clear();
        client.invalidateQueries({ queryKey: ["customer360"] });
        client.invalidateQueries({ queryKey: ["timeline"] });
      }, GATHER_MS);
    };
    const hear = (told: Told) => {
      if ("reset" in told) {
        client.invalidateQueries();
        return;
      }
      if ("presence" in told) {
        import("@/shared/presence/presence").then((module) => module.presenceChanged(client, told.presence));
        return;
      }
      const { change } = told;
      if (change.kind === "crm.identity.notification") {
        client.invalidateQueries({ queryKey: ["notifications"] });
        return;
      }
      const resource = known.current.find((summary) => summary.kind === change.kind)?.plural;
      if (resource && change.action === "commented") {
        client.invalidateQueries({ queryKey: commentsKey(resource, change.id) });
        return;
      }
      if (!resource) return;
      const ofAccess = ACCESS.has(change.action);
      if (!ofAccess && isShown(client, resource, change)) return;
      client.invalidateQueries({ queryKey: accessKey(resource, change.id) });
      client.invalidateQueries({ queryKey: recordKey(resource, change.id) });
      gather(resource);
    };
    import("./stream").then(({ follow }) => stop.signal.aborted || follow(hear, stop.signal));
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [client]);
}

/** Whether this very version is on the screen already, because it was made here. */
function isShown(client: QueryClient, resource: string, { id, version }: Change): boolean {
  const kept = client.getQueriesData({ queryKey: recordKey(resource, id) });
  const reads = kept.map(([, read]) => read).filter(isRead);
  return reads.length > 0 && reads.every((read) => read.record.etag === version);
}
