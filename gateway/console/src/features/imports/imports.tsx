/** All imports that the person may see, the newest first. */
import { Button, Group, Skeleton, Stack, Table, Text, Title } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, data } from "@/shared/api/client";
import { useMay } from "@/shared/api/me";
import { useDescription, useSummaries } from "@/shared/describe";
import { useText } from "@/shared/i18n";
import { Failed } from "@/shared/ui/problem";
import { type Import, isUnfinished, State } from "./outcome";

const POLL_MS = 3000;

export default function Imports() {
  const { text, label, number, time } = useText("imports");
  const may = useMay();
  const description = useDescription("imports");
  const summaries = useSummaries();
  const list = useInfiniteQuery({
    queryKey: ["list", "imports"],
    queryFn: ({ pageParam }) => data(api.GET("/v1/imports", { params: { query: { page_token: pageParam } } })),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token || undefined,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.imports.some(isUnfinished)) ? POLL_MS : false,
  });
  const runs: Import[] = list.data?.pages.flatMap((page) => page.imports) ?? [];
  const kindOf = ({ kind }: Import) => {
    const summary = summaries.find(({ plural }) => plural === kind);
    return summary ? label(summary.plural_label) : kind;
  };
  return (
    <Stack className="page">
      <Group justify="space-between">
        <Title order={1} size="h3">
          {label(description.plural_label)}
        </Title>
        {may("imports.create") && (
          <Button
            renderRoot={(props) => <Link to="/$resource/$id" params={{ resource: "imports", id: "new" }} {...props} />}
            leftSection={<IconUpload size={16} />}
            aria-keyshortcuts="n"
          >
            {text("imports.new")}
          </Button>
        )}
      </Group>
      {list.error && <Failed error={list.error} retry={() => list.refetch()} />}
      {list.isPending && <Skeleton height={200} />}
      {list.isSuccess && !runs.length && (
        <Text c="dimmed" py="xl" ta="center">
          {text("imports.none")}
        </Text>
      )}
      {runs.length > 0 && (
        <Table.ScrollContainer minWidth={640}>
          <Table aria-label={label(description.plural_label)}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{text("imports.file")}</Table.Th>
                <Table.Th>{text("imports.kind")}</Table.Th>
                <Table.Th>{text("imports.state")}</Table.Th>
                <Table.Th>{text("imports.count.read")}</Table.Th>
                <Table.Th>{text("imports.count.failed")}</Table.Th>
                <Table.Th>{text("imports.at")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {runs.map((run) => (
                <Table.Tr key={run.id}>
                  <Table.Td>
                    <Link className="link" to="/$resource/$id" params={{ resource: "imports", id: run.id }}>
                      {run.file_name || text("imports.untitled")}
                    </Link>
                  </Table.Td>
                  <Table.Td>{kindOf(run)}</Table.Td>
                  <Table.Td>
                    <Group gap="xs">
                      <State run={run} />
                      {run.dry_run && (
                        <Text size="xs" c="dimmed">
                          {text("imports.trial")}
                        </Text>
                      )}
                    </Group>
                  </Table.Td>
                  <Table.Td>{number(run.rows_read)}</Table.Td>
                  <Table.Td>{number(run.rows_failed)}</Table.Td>
                  <Table.Td>{run.created_at && time(run.created_at)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {list.hasNextPage && (
        <Button variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
          {text("imports.more")}
        </Button>
      )}
    </Stack>
  );
}
