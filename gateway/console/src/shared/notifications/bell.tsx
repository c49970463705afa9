/** What happened to the person's records: how much is unread, and the way there. */
import {
  ActionIcon,
  Button,
  Group,
  Indicator,
  Loader,
  Popover,
  ScrollArea,
  Stack,
  Text,
  UnstyledButton,
} from "@mantine/core";
import { IconBell, IconClock } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, data, type Told } from "@/shared/api/client";
import { useList } from "@/shared/api/records";
import type { components } from "@/shared/api/schema";
import { placeOf } from "@/shared/comments/place";
import { type Summary, useSummaries } from "@/shared/describe";
import { useText } from "@/shared/i18n";
import { quoted } from "@/shared/list/filter";
import { useTell } from "@/shared/ui/problem";

const HOUR_MS = 3_600_000;
/** What is seen on the page of proposals. */
const OF_PROPOSALS = new Set(["PROPOSED", "PROPOSAL_DECIDED"]);

export function Bell() {
  const { text } = useText();
  const [opened, setOpened] = useState(false);
  const count = useQuery({
    queryKey: ["notifications", "count"],
    queryFn: ({ signal }) => data(api.GET("/v1/notifications:count", { signal })),
    staleTime: 60_000,
  });
  const unread = count.data?.unread ?? 0;
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" shadow="md" width={360} trapFocus>
      <Indicator label={unread > 99 ? "99+" : unread} size={16} disabled={!unread} offset={4}>
        <Popover.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={text("notifications.bell", { count: unread })}
            aria-expanded={opened}
            onClick={() => setOpened(!opened)}
          >
            <IconBell size={18} />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown maw="95vw">{opened && <Inbox onFollow={() => setOpened(false)} />}</Popover.Dropdown>
    </Popover>
  );
}

function Inbox({ onFollow }: { onFollow: () => void }) {
  const { text } = useText();
  const client = useQueryClient();
  const tell = useTell();
  const inbox = useQuery({
    queryKey: ["notifications", "list"],
    queryFn: ({ signal }) => data(api.GET("/v1/notifications", { params: { query: { page_size: 30 } }, signal })),
  });
  const shown = inbox.data?.notifications ?? [];
  const settled = { onError: tell.failed, onSettled: () => client.invalidateQueries({ queryKey: ["notifications"] }) };
  const readAll = useMutation({
    mutationFn: () => data(api.POST("/v1/notifications:markAllRead", { body: { until: shown[0]?.occurred_at } })),
    ...settled,
  });
  const read = useMutation({
    mutationFn: (id: string) =>
      data(api.POST("/v1/notifications/{id}:markRead", { params: { path: { id } }, body: {} })),
    ...settled,
  });
  const snooze = useMutation({
    mutationFn: (id: string) => {
      const until = new Date(Date.now() + HOUR_MS).toISOString();
      return data(api.POST("/v1/notifications/{id}:snooze", { params: { path: { id } }, body: { until } }));
    },
    ...settled,
  });
  if (inbox.isPending) return <Loader size="sm" />;
  const resources = [...new Set(shown.map((notification) => notification.resource))];
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text fw={600}>{text("notifications.title")}</Text>
        <Button variant="subtle" size="compact-sm" onClick={() => readAll.mutate()} disabled={!shown.length}>
          {text("notifications.read_all")}
        </Button>
      </Group>
      {shown.length === 0 && (
        <Text size="sm" c="dimmed">
          {text("notifications.none")}
        </Text>
      )}
      <ScrollArea.Autosize mah={420}>
        {resources.map((resource) => (
          <OfResource
            key={resource}
            resource={resource}
            shown={shown.filter((notification) => notification.resource === resource)}
            onFollow={(id) => {
              read.mutate(id);
              onFollow();
            }}
            onSnooze={snooze.mutate}
          />
        ))}
      </ScrollArea.Autosize>
    </Stack>
  );
}

type Shown = Told<components["schemas"]["Notification"]>;
type Props = { resource: string; shown: Shown[]; onFollow: (id: string) => void; onSnooze: (id: string) => void };

/** The notifications about records of one kind; what they are called is asked with the person's own rights. */
function OfResource(props: Props) {
  const summary = useSummaries().find(({ plural, can_list }) => plural === props.resource && can_list);
  return summary ? <Known {...props} summary={summary} /> : null;
}

function Known({ resource, shown, onFollow, onSnooze, summary }: Props & { summary: Summary }) {
  const { text, label, ago } = useText();
  const ids = [...new Set(shown.map((notification) => quoted(notification.record_id)))];
  const { data: page } = useList({
    resource,
    filter: `id IN (${ids.join(", ")})`,
    fields: ["id", summary.title_field],
    pageSize: 50,
  });
  const titles = new Map(page?.rows.map((row) => [row.id, String(row[summary.title_field] ?? "")]));
  return shown
    .filter((notification) => titles.has(notification.record_id))
    .map((notification) => (
      <Group key={notification.id} wrap="nowrap" justify="space-between" py={6} gap="xs">
        <UnstyledButton
          renderRoot={(root) =>
            OF_PROPOSALS.has(notification.kind ?? "") ? (
              <Link {...root} to="/proposals" />
            ) : (
              <Link
                {...root}
                to="/$resource/$id"
                params={{ resource, id: notification.record_id }}
                hash={notification.comment_id ? placeOf(notification.comment_id) : undefined}
              />
            )
          }
          onClick={() => onFollow(notification.id)}
        >
          <Text size="sm" fw={notification.read_at ? 400 : 600}>
            {text(`notifications.${notification.kind}`, {
              resource: label(summary.label),
              title: titles.get(notification.record_id) ?? "",
            })}
          </Text>
          <Text size="xs" c="dimmed">
            {notification.occurred_at && ago(notification.occurred_at)}
          </Text>
        </UnstyledButton>
        {!notification.read_at && (
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={text("notifications.snooze")}
            onClick={() => onSnooze(notification.id)}
          >
            <IconClock size={16} />
          </ActionIcon>
        )}
      </Group>
    ));
}
