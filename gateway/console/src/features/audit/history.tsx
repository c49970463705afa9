/** What was done to one record and by whom, for whoever may read it; values of before can be brought back. */
import { ActionIcon, Badge, Button, Group, Paper, Skeleton, Stack, Table, Text, Title, Tooltip } from "@mantine/core";
import { IconArrowBackUp } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Suspense } from "react";
import { api, data, type Json, type Told } from "@/shared/api/client";
import { changed, recordKey } from "@/shared/api/records";
import type { components } from "@/shared/api/schema";
import { actionOf, type Description, editable, fieldOf, useDescription, useSummaries } from "@/shared/describe";
import { useTitles } from "@/shared/fields/titles";
import { type Names, plain } from "@/shared/fields/value";
import { useText } from "@/shared/i18n";
import { Failed, useTell } from "@/shared/ui/problem";

type Change = Told<components["schemas"]["RecordChange"]>;
type ValueChange = Told<components["schemas"]["ValueChange"]>;

const PAGE_SIZE = 20;
const WORDED = ["created", "updated", "deleted", "undeleted", "merged"];

type Props = { resource: string; id: string };

export function History(props: Props) {
  return (
    // What it is below does not wait for the texts.
    <Suspense>
      <Section {...props} />
    </Suspense>
  );
}

function Section({ resource, id }: Props) {
  const { text } = useText("audit");
  return (
    <Paper withBorder p="md" component="section" aria-label={text("audit.history")}>
      <Title order={2} size="h5" mb="xs">
        {text("audit.history")}
      </Title>
      <Changes resource={resource} id={id} />
    </Paper>
  );
}

function Changes({ resource, id }: Props) {
  const { text } = useText("audit");
  const description = useDescription(resource);
  const pages = useInfiniteQuery({
    queryKey: [...recordKey(resource, id), "history"],
    queryFn: ({ pageParam, signal }) =>
      data(
        api.GET("/v1/{resource}/{id}:history", {
          params: {
            path: { resource, id },
            query: { page_size: PAGE_SIZE, page_token: pageParam, show_deleted: true },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token || undefined,
  });
  const changes = pages.data?.pages.flatMap((page) => page.changes) ?? [];
  const people = useTitles(
    "users",
    changes.map(({ actor_id }) => actor_id),
  );
  const restore = useRestore(resource, id);
  if (pages.error && !changes.length) return <Failed error={pages.error} retry={() => pages.refetch()} />;
  if (!pages.data) return <Skeleton height={120} />;
  const may = Boolean(actionOf(description, "update"));
  return (
    <Stack gap="xs">
      <Stack gap={0} component="ul" className="lines" aria-label={text("audit.history")}>
        {changes.map((change, place) => (
          <Line
            key={change.id}
            description={description}
            change={change}
            people={people}
            // What is there now need not be brought back.
            restore={may ? restore : undefined}
            newest={place === 0}
          />
        ))}
      </Stack>
      {pages.hasNextPage && (
        <Button variant="subtle" onClick={() => pages.fetchNextPage()} loading={pages.isFetchingNextPage}>
          {text("audit.more")}
        </Button>
      )}
    </Stack>
  );
}

type Restoring = { version: number; fields?: string[] };
type Restore = ReturnType<typeof useRestore>;

/** Brings values of a version back, all that differ or those of some fields. */
function useRestore(resource: string, id: string) {
  const { text } = useText("audit");
  const client = useQueryClient();
  const tell = useTell();
  return useMutation({
    mutationFn: ({ version, fields = [] }: Restoring) =>
      data(
        api.POST("/v1/{resource}/{id}:restoreValues", {
          params: { path: { resource, id } },
          body: { version, fields },
        }),
      ),
    onSuccess: async ({ restored_fields }) => {
      tell.done(text("audit.restored", { count: restored_fields.length }));
      await changed(client, resource, id);
    },
    onError: tell.failed,
  });
}

type LineProps = {
  description: Description;
  change: Change;
  people: Names;
  restore: Restore | undefined;
  newest: boolean;
};

function Line({ description, change, people, restore, newest }: LineProps) {
  const { text, textOr, time } = useText("audit");
  const action = WORDED.includes(change.action) ? text(`audit.action.${change.action}`) : change.action;
  const at = change.at ? time(change.at) : "";
  return (
    <li className="line">
      <Stack gap={4} py="xs">
        <Group gap="xs" justify="space-between">
          <Group gap="xs">
            <Badge variant="light" tt="none" color={change.action === "deleted" ? "red" : "blue"}>
              {action}
            </Badge>
            <Text size="sm">{people[change.actor_id] ?? (change.actor_id ? "—" : text("audit.nobody"))}</Text>
            <Text size="xs" c="dimmed">
              {change.at && <time dateTime={change.at}>{at}</time>} ·{" "}
              <span title={change.caused_by || undefined}>
                {textOr(`record.source.${change.source}`, change.source)}
              </span>
            </Text>
          </Group>
          {restore && !newest && (
            <Button
              size="compact-xs"
              variant="subtle"
              leftSection={<IconArrowBackUp size={14} />}
              disabled={restore.isPending}
              aria-label={text("audit.restore_all_of", { at })}
              onClick={() => restore.mutate({ version: change.version })}
            >
              {text("audit.restore_all")}
            </Button>
          )}
        </Group>
        {change.changes.length > 0 && <Diff description={description} change={change} restore={restore} />}
      </Stack>
    </li>
  );
}

function Diff({ description, change, restore }: Pick<LineProps, "description" | "change" | "restore">) {
  const texts = useText("audit");
  const { text, label } = texts;
  const created = change.version === 1;
  const ids = change.changes.flatMap(({ field, old_value, new_value }) =>
    fieldOf(description, field)?.reference ? [old_value, new_value] : [],
  );
  const names = useNames(description, change.changes, ids.flat() as string[]);
  return (
    <Table withRowBorders={false} verticalSpacing={2} className="diff" fz="xs">
      <Table.Thead className="visually-hidden">
        <Table.Tr>
          <Table.Th>{text("audit.field")}</Table.Th>
          {!created && <Table.Th>{text("audit.old")}</Table.Th>}
          <Table.Th>{text("audit.new")}</Table.Th>
          <Table.Th>{text("audit.restore")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {change.changes.map(({ field, old_value, new_value }) => {
          const known = fieldOf(description, field);
          const title = known ? label(known.label) : field;
          return (
            <Table.Tr key={field}>
              <Table.Th scope="row" fw={500}>
                {title}
              </Table.Th>
              {!created && (
                <Table.Td>
                  <del>{worded(description, field, old_value, names, texts)}</del>
                </Table.Td>
              )}
              <Table.Td>
                <ins>{worded(description, field, new_value, names, texts)}</ins>
              </Table.Td>
              <Table.Td w={36}>
                {restore && !created && known && !known.read_only && !known.immutable && editable(known) && (
                  <Tooltip label={text("audit.restore_one", { field: title })}>
                    <ActionIcon
                      variant="subtle"
                      size="sm"
                      disabled={restore.isPending}
                      aria-label={text("audit.restore_one", { field: title })}
                      onClick={() => restore.mutate({ version: change.version - 1, fields: [field] })}
                    >
                      <IconArrowBackUp size={14} />
                    </ActionIcon>
                  </Tooltip>
                )}
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}

/** The titles of what the changed references refer to; of one kind, because changes seldom touch two. */
function useNames(description: Description, changes: ValueChange[], ids: string[]): Names {
  const kind = changes.map(({ field }) => fieldOf(description, field)?.reference).find(Boolean);
  const summary = useSummaries().find((one) => one.kind === kind);
  return useTitles(summary?.plural ?? "", summary ? ids : []);
}

function worded(
  description: Description,
  name: string,
  value: Json,
  names: Names,
  texts: ReturnType<typeof useText>,
): string {
  const field = fieldOf(description, name);
  if (value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length)) return "—";
  // A place in an order is a word for machines: that it has changed is all there is to tell.
  if (name === "rank") return "…";
  if (!field) return typeof value === "object" ? JSON.stringify(value) : String(value);
  // The history keeps amounts and currencies apart.
  if (field.type === "MONEY" && typeof value !== "object") return String(value);
  return plain(field, value, names, texts) || "—";
}
