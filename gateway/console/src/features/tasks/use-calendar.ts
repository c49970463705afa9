/** Reading the tasks of a calendar, and putting one on another day. */
import { useQuery } from "@tanstack/react-query";
import { type Listing, listKey, listPage, type Page, type Row, useList, useUpdate } from "@/shared/api/records";
import { useText } from "@/shared/i18n";
import { both } from "@/shared/list/filter";
import { useTell } from "@/shared/ui/problem";
import { dayIn, movedTo, plusDays } from "./days";

/** What a task in the calendar shows, and what moving it needs. */
const FIELDS = ["id", "etag", "subject", "status", "priority", "due_date", "due_at", "owner_id"];
const PAGE = 200;
const MOST_PAGES = 5;

/** The day on which a task is due where the person is; "" if it has none. */
export const dueDay = (task: Row, timeZone: string): string =>
  task.due_date || (task.due_at ? dayIn(timeZone, task.due_at) : "");

/** The tasks that are due on these days, a thousand at most; `next` says that there are more. */
export function useTasksOf(filter: string, days: readonly string[]) {
  const [from, to] = [days[0] as string, days.at(-1) as string];
  // Moments of a day begin and end elsewhere at other hours: a day more on both sides has them all.
  const moments = [`due_at >= ${plusDays(from, -1)}T00:00:00Z`, `due_at < ${plusDays(to, 2)}T00:00:00Z`];
  // An OR of two ranges, as the language knows it: it binds tighter than AND.
  const due = [`due_date >= ${from} OR ${moments[0]}`, `due_date <= ${to} OR ${moments[1]}`].join(" AND ");
  const listing: Listing = { resource: "tasks", filter: both(filter, due, "status != CANCELLED"), pageSize: PAGE, fields: FIELDS }; // biome-ignore format: one line
  return useQuery({
    queryKey: [...listKey(listing), "calendar"],
    queryFn: async ({ signal }): Promise<Page> => {
      const found: Page = { rows: [], next: "", total: null, names: {} };
      for (let page = 0; page < MOST_PAGES && (page === 0 || found.next); page++) {
        const { rows, next } = await listPage(listing, found.next, signal);
        found.rows.push(...rows);
        found.next = next;
      }
      return found;
    },
  });
}

const MOST_OVERDUE = 50;

/** The open tasks whose time is over, the oldest first. */
export function useOverdue(filter: string, today: string) {
  const over = `status = OPEN AND (due_date < ${today} OR due_at < now())`;
  return useList({ resource: "tasks", filter: both(filter, over), orderBy: "due_date", pageSize: MOST_OVERDUE, fields: FIELDS, total: true }); // biome-ignore format: one line
}

/** Puts a task on another day. One that is due at an hour keeps it. */
export function useReschedule(): (task: Row, day: string) => void {
  const { timeZone, text, date } = useText("tasks");
  const tell = useTell();
  const update = useUpdate("tasks");
  const put = (task: Row, values: { due_date: string | null } | { due_at: string }) =>
    update.mutateAsync({ row: task, values });
  return async (task, day) => {
    if (dueDay(task, timeZone) === day) return;
    const before = task.due_at ? { due_at: task.due_at } : { due_date: task.due_date || null };
    try {
      const moved = await put(task, task.due_at ? { due_at: movedTo(day, task.due_at, timeZone) } : { due_date: day });
      tell.undoable(text("tasks.moved", { subject: task.subject, day: date(day) }), () =>
        put(moved, before).catch(tell.failed),
      );
    } catch (problem) {
      tell.failed(problem);
    }
  };
}

/** Of one day: first what has no hour, by weight, then by the hour; what is done comes last. */
export function inOrder(tasks: readonly Row[]): Row[] {
  const weight = (task: Row) => ["HIGH", "NORMAL", "LOW"].indexOf(task.priority);
  return [...tasks].sort(
    (one, other) =>
      Number(one.status !== "OPEN") - Number(other.status !== "OPEN") ||
      (one.due_at ?? "").localeCompare(other.due_at ?? "") ||
      weight(one) - weight(other) ||
      one.subject.localeCompare(other.subject),
  );
}
