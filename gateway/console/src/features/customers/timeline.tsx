/** What happened between us and a customer, newest first, from all services. */
import { Badge, Button, Chip, Group, Timeline as Line, Loader, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { call, type Json } from "@/shared/api/client";
import { pastKey } from "@/shared/api/records";
import { useSummaries } from "@/shared/describe";
import { useText } from "@/shared/i18n";

type Entry = {
  id: string;
  at: string;
  kind: string;
  title: string;
  service: string;
  record_type: string;
  record_id: string;
};
type Entries = { entries: Entry[]; next_page_token: string };

/** E-mails that have not gone out, and how they are marked. */
const UNSENT: Record<string, string> = { "email.queued": "gray", "email.failed": "red" };

type Props = {
  resource: string;
  id: string;
  first: Json;
  /** The time at which it is shown; now if empty. */
  asOf?: string;
};

export function Timeline({ resource, id, first, asOf = "" }: Props) {
  const { text, time } = useText("customers");
  const summaries = useSummaries();
  const [services, setServices] = useState<string[]>([]);
  const pages = useInfiniteQuery({
    queryKey: asOf ? [...pastKey(resource, id, asOf), "timeline"] : ["timeline", resource, id],
    // Its first page is given; that of today is another one.
    enabled: !asOf,
    queryFn: ({ pageParam, signal }): Promise<Entries> =>
      call("GET", `/v1/${resource}/${id}/timeline`, { query: { page_token: pageParam }, signal }),
    initialPageParam: "",
    initialData: { pages: [first as Entries], pageParams: [""] },
    getNextPageParam: (page) => page.next_page_token || undefined,
  });
  const entries = pages.data.pages.flatMap((page) => page.entries);
  const offered = [...new Set(entries.map((entry) => entry.service))];
  const shown = services.length ? entries.filter((entry) => services.includes(entry.service)) : entries;
  return (
    <>
      {offered.length > 1 && (
        <Chip.Group multiple value={services} onChange={setServices}>
          <Group gap="xs">
            {offered.map((service) => (
              <Chip key={service} value={service} size="xs">
                {text(`timeline.${service}`)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      )}
      {shown.length === 0 && (
        <Text size="sm" c="dimmed">
          {text("ui.empty")}
        </Text>
      )}
      <Line bulletSize={14} lineWidth={2} active={shown.length}>
        {shown.map((entry) => {
          const summary = summaries.find(
            ({ name, service }) => name === entry.record_type && service === entry.service,
          );
          return (
            <Line.Item key={`${entry.service}/${entry.id}`}>
              {summary ? (
                <Link
                  className="link title"
                  to="/$resource/$id"
                  params={{ resource: summary.plural, id: entry.record_id }}
                >
                  {entry.title}
                </Link>
              ) : (
                <Text fw={500}>{entry.title}</Text>
              )}
              <Text size="xs" c="dimmed">
                {text(`timeline.${entry.service}`)} · <time dateTime={entry.at}>{time(entry.at)}</time>
                {new Date(entry.at) > new Date() && ` · ${text("timeline.planned")}`}
              </Text>
              {entry.kind in UNSENT && (
                <Badge variant="light" size="sm" tt="none" color={UNSENT[entry.kind]}>
                  {text(`timeline.${entry.kind}`)}
                </Badge>
              )}
            </Line.Item>
          );
        })}
      </Line>
      {pages.hasNextPage && (
        <Button variant="subtle" onClick={() => pages.fetchNextPage()} disabled={pages.isFetchingNextPage}>
          {pages.isFetchingNextPage ? <Loader size={14} /> : text("timeline.more")}
        </Button>
      )}
    </>
  );
}
