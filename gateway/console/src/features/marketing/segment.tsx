/** One segment: whom it is for, with the number of matching people while the filter is built, and its members. */

import { Alert, Button, Code, Group, Loader, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, data } from "@/shared/api/client";
import { useMay } from "@/shared/api/me";
import { type Row, useList, useUpdate } from "@/shared/api/records";
import { type Action, actionOf, type Description } from "@/shared/describe";
import { useText } from "@/shared/i18n";
import { quoted } from "@/shared/list/filter";
import { FilterBuilder } from "@/shared/list/filter-builder";
import { useDescribedRecord } from "@/shared/record/described-record";
import { Fields, RecordHeader } from "@/shared/record/record-page";
import { Failed, useTell } from "@/shared/ui/problem";
import { useSegmentFields } from "./segment-fields";

/** Counting reads all contacts: not with every key. */
const PAUSE_MS = 500;
const MEMBERS = 25;

/** Members of a dynamic segment follow from its filter, those of a static one are chosen. */
const offeredFor = (segment: Row) => {
  const sensible = segment.kind === "DYNAMIC" ? ["rebuild"] : ["add_members", "remove_members"];
  return ({ name }: Action) => sensible.includes(name);
};

export default function Segment({ id }: { id: string }) {
  const { description, read } = useDescribedRecord("segments", id);
  if (read.error) return <Failed error={read.error} retry={() => read.refetch()} />;
  if (!read.data) return <Skeleton height={400} />;
  const { record, names } = read.data;
  const fields = description.fields.map(({ name }) => name).filter((name) => name !== "filter");
  return (
    <Stack className="page">
      <RecordHeader description={description} record={record} names={names} offered={offeredFor(record)} />
      <div className="record">
        <Paper withBorder p="md">
          <Fields description={description} record={record} names={names} only={fields} />
        </Paper>
        <Stack>
          {record.kind === "DYNAMIC" && <Audience description={description} segment={record} />}
          <Members segment={record} />
        </Stack>
      </div>
    </Stack>
  );
}

function Audience({ description, segment }: { description: Description; segment: Row }) {
  const { text } = useText("marketing");
  const tell = useTell();
  const fields = useSegmentFields();
  const update = useUpdate("segments");
  const [filter, setFilter] = useState<string>(segment.filter);
  const [draft, setDraft] = useState<string>(segment.filter);
  const mayChange = actionOf(description, "update");
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} size="h5" mb="xs">
        {text("marketing.audience")}
      </Title>
      <Stack gap="sm">
        <Preview filter={draft} />
        {filter && <Code block>{filter}</Code>}
        <Group>
          {mayChange && (
            <FilterBuilder description={{ fields }} filter={filter} onChange={setFilter} onDraft={setDraft} />
          )}
          {mayChange && filter !== segment.filter && (
            <Button
              loading={update.isPending}
              onClick={() => update.mutate({ row: segment, values: { filter } }, { onError: tell.failed })}
            >
              {text("form.save")}
            </Button>
          )}
        </Group>
      </Stack>
    </Paper>
  );
}

/** How many people a filter matches, and some of them. */
function Preview({ filter }: { filter: string }) {
  const { text } = useText("marketing");
  const [asked] = useDebouncedValue(filter, PAUSE_MS);
  const preview = useQuery({
    queryKey: ["segment-preview", asked],
    queryFn: ({ signal }) => data(api.POST("/v1/segments:preview", { body: { filter: asked }, signal })),
    enabled: asked !== "",
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
  const ids = preview.data?.sample_contact_ids ?? [];
  const names = useNames(ids);
  if (asked === "") return <Text c="dimmed">{text("marketing.no_filter")}</Text>;
  if (preview.error) return <Failed error={preview.error} />;
  if (!preview.data) return <Loader size="sm" />;
  return (
    <div role="status" aria-busy={preview.isFetching}>
      <Text fw={600}>{text("marketing.matching", { count: Number(preview.data.count) })}</Text>
      <Text size="sm" c="dimmed">
        {ids
          .map((id) => names.get(id))
          .filter(Boolean)
          .join(", ")}
      </Text>
    </div>
  );
}

/** Names of contacts that the person may see. */
function useNames(ids: readonly string[]): Map<string, string> {
  const may = useMay();
  const filter = `id IN (${ids.map(quoted).join(", ")})`;
  const list = useList(
    { resource: "contacts", filter, fields: ["id", "display_name"], pageSize: MEMBERS },
    ids.length > 0 && may("contacts.read"),
  );
  return new Map((list.data?.rows ?? []).map(({ id, display_name }) => [id, display_name]));
}

function Members({ segment }: { segment: Row }) {
  const { text, time } = useText("marketing");
  const pages = useInfiniteQuery({
    queryKey: ["segment-members", segment.id, segment.rebuilt_at, segment.etag],
    queryFn: ({ pageParam, signal }) =>
      data(
        api.GET("/v1/segments/{segment_id}/members", {
          params: { path: { segment_id: segment.id }, query: { page_size: MEMBERS, page_token: pageParam } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token || undefined,
  });
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} size="h5" mb="xs">
        {text("marketing.members")}
      </Title>
      {segment.behind_since && (
        <Alert color="yellow">{text("marketing.behind", { time: time(segment.behind_since) })}</Alert>
      )}
      {pages.error && <Failed error={pages.error} retry={() => pages.refetch()} />}
      {pages.data?.pages.map((page, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pages have no identity but their place
        <People key={index} members={page.members} />
      ))}
      {pages.data?.pages[0]?.members.length === 0 && (
        <Text size="sm" c="dimmed">
          {text("ui.empty")}
        </Text>
      )}
      {pages.hasNextPage && (
        <Button variant="subtle" loading={pages.isFetchingNextPage} onClick={() => pages.fetchNextPage()}>
          {text("ui.more")}
        </Button>
      )}
    </Paper>
  );
}

function People({ members }: { members: { contact_id: string; entered_at: string | null }[] }) {
  const { ago } = useText("marketing");
  const names = useNames(members.map(({ contact_id }) => contact_id));
  return members.map(({ contact_id, entered_at }) => (
    <Group key={contact_id} justify="space-between" wrap="nowrap" py={6} className="line">
      <Link className="link" to="/$resource/$id" params={{ resource: "contacts", id: contact_id }}>
        {names.get(contact_id) ?? "—"}
      </Link>
      <Text size="sm" c="dimmed">
        {entered_at && ago(entered_at)}
      </Text>
    </Group>
  ));
}
