/** Entries of the audit trail, newest first: who did what, and what was there before and after. */
import { Alert, Badge, Button, Group, Skeleton, Stack, Table, Text } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { api, data, type Json, type Told } from "@/shared/api/client";
import { useMay } from "@/shared/api/me";
import { useList } from "@/shared/api/records";
import type { components } from "@/shared/api/schema";
import { descriptionOf, fieldOf, type Summary, useSummaries } from "@/shared/describe";
import { type Names, plain } from "@/shared/fields/value";
import { useText } from "@/shared/i18n";
import { quoted } from "@/shared/list/filter";
import { Failed } from "@/shared/ui/problem";

type Entry = Told<components["schemas"]["AuditEntry"]>;

const PAGE_SIZE = 50;
/** As many names as one filter holds. */
const MOST_NAMES = 30;
const WORDED = ["created", "updated", "deleted", "undeleted", "login", "logout", "exported", "merged"];

type Props = {
  filter: string;
  /** All entries are about one record, so that it need not be named. */
  oneRecord?: boolean;
};

export function Entries({ filter, oneRecord }: Props) {
  const { text } = useText("audit");
  const pages = useInfiniteQuery({
    queryKey: ["audit", filter],
    queryFn: ({ pageParam, signal }) =>
      data(
        api.GET("/v1/audit_entries", {
          params: { query: { filter, page_size: PAGE_SIZE, page_token: pageParam } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token || undefined,
    placeholderData: keepPreviousData,
  });
  const entries = pages.data?.pages.flatMap((page) => page.audit_entries) ?? [];
  const names = useUserNames(entries.map(actorOf));
  const missing = [...new Set(pages.data?.pages.flatMap((page) => page.unavailable_services))];
  if (pages.error && !entries.length) return <Failed error={pages.error} retry={() => pages.refetch()} />;
  if (!pages.data) return <Skeleton height={200} />;
  return (
    <Stack gap="xs">
      {missing.length > 0 && <Alert color="yellow">{text("audit.missing", { services: missing.join(", ") })}</Alert>}
      {!entries.length && (
        <Text size="sm" c="dimmed">
          {text("ui.empty")}
        </Text>
      )}
      <Stack gap={0} component="ul" className="lines" aria-label={text("audit.title")}>
        {entries.map((entry) => (
          <EntryLine key={entry.id} entry={entry} names={names} oneRecord={oneRecord} />
        ))}
      </Stack>
      {pages.hasNextPage && (
        <More
          key={entries.length}
          onReached={() => {
            if (!pages.isFetchingNextPage) pages.fetchNextPage();
          }}
        />
      )}
    </Stack>
  );
}

/** Asks for more as soon as it comes into view, or is pressed. */
function More({ onReached }: { onReached: () => void }) {
  const { text } = useText("audit");
  const button = useRef<HTMLButtonElement>(null);
  const reached = useRef(onReached);
  reached.current = onReached;
  useEffect(() => {
    const observer = new IntersectionObserver(([seen]) => seen?.isIntersecting && reached.current());
    if (button.current) observer.observe(button.current);
    return () => observer.disconnect();
  }, []);
  return (
    <Button ref={button} variant="subtle" onClick={onReached}>
      {text("audit.more")}
    </Button>
  );
}

/** Names of the users with these ids; of none if the person may not see users. */
function useUserNames(ids: string[]): Names {
  const may = useMay();
  const wanted = [...new Set(ids.filter(Boolean))].sort().slice(0, MOST_NAMES);
  const filter = wanted.map((id) => `id = ${quoted(id)}`).join(" OR ");
  const listing = { resource: "users", filter, pageSize: MOST_NAMES, fields: ["id", "display_name"] };
  const users = useList(listing, wanted.length > 0 && may("users.read")).data?.rows ?? [];
  return Object.fromEntries(users.map((user) => [user.id, user.display_name]));
}

/** Whoever signs in is nobody before: it is the user that the entry is about. */
const actorOf = ({ actor_id, action, record_id }: Entry): string => actor_id || (action === "login" ? record_id : "");

type LineProps = { entry: Entry; names: Names; oneRecord?: boolean };

function EntryLine({ entry, names, oneRecord }: LineProps) {
  const { text, time, label } = useText("audit");
  const summary = useSummaries().find(({ name, service }) => name === entry.record_type && service === entry.service);
  const actor = actorOf(entry);
  const action = WORDED.includes(entry.action) ? text(`audit.action.${entry.action}`) : entry.action;
  return (
    <li className="line">
      <Stack gap={4} py="xs">
        <Group gap="xs">
          <Badge variant="light" tt="none" color={entry.action === "deleted" ? "red" : "blue"}>
            {action}
          </Badge>
          {!oneRecord && <RecordLink entry={entry} summary={summary} name={summary ? label(summary.label) : ""} />}
          <Text size="sm">{names[actor] ?? (actor ? "—" : text("audit.nobody"))}</Text>
          <Text size="xs" c="dimmed">
            {entry.at && <time dateTime={entry.at}>{time(entry.at)}</time>} · {entry.source}
          </Text>
        </Group>
        {entry.changes.length > 0 && <Changes entry={entry} summary={summary} />}
      </Stack>
    </li>
  );
}

function RecordLink({ entry, summary, name }: { entry: Entry; summary: Summary | undefined; name: string }) {
  if (!summary?.can_list) return <Text size="sm">{name || entry.record_type}</Text>;
  return (
    <Link className="link" to="/$resource/$id" params={{ resource: summary.plural, id: entry.record_id }}>
      {name}
    </Link>
  );
}

function Changes({ entry, summary }: { entry: Entry; summary: Summary | undefined }) {
  const texts = useText("audit");
  const description = useQuery({ ...descriptionOf(summary?.plural ?? ""), enabled: Boolean(summary) }).data;
  const worded = (name: string, value: Json): string => {
    const field = description && fieldOf(description, name);
    if (value === null || value === undefined || value === "") return "—";
    // A place in an order is a word for machines: that it has changed is all there is to tell.
    if (field?.name === "rank") return "…";
    if (field && !field.reference && typeof value !== "object") return plain(field, value, {}, texts);
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  };
  return (
    <Table withRowBorders={false} verticalSpacing={2} className="diff" fz="xs">
      <Table.Thead className="visually-hidden">
        <Table.Tr>
          <Table.Th>{texts.text("audit.field")}</Table.Th>
          <Table.Th>{texts.text("audit.old")}</Table.Th>
          <Table.Th>{texts.text("audit.new")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {entry.changes.map(({ field, old_value, new_value }) => {
          const named = description && fieldOf(description, field);
          return (
            <Table.Tr key={field}>
              <Table.Th scope="row" fw={500}>
                {named ? texts.label(named.label) : field}
              </Table.Th>
              <Table.Td>
                <del>{worded(field, old_value)}</del>
              </Table.Td>
              <Table.Td>
                <ins>{worded(field, new_value)}</ins>
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}
