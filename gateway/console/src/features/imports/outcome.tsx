/** How far an import has come and what became of its rows. */
import { Alert, Badge, Group, Loader, Paper, SimpleGrid, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, data, type Told } from "@/shared/api/client";
import type { components } from "@/shared/api/schema";
import { colourOf } from "@/shared/fields/value";
import { useText } from "@/shared/i18n";

export type Import = Told<components["schemas"]["Import"]>;

const POLL_MS = 1000;

export const isUnfinished = ({ state }: Import): boolean => state === "RUNNING" || state === "UPLOADING";

/** An import as it is now, asked for again until it has ended; nothing without an id. */
export const useImport = (id: string) =>
  useQuery({
    queryKey: ["record", "imports", id],
    queryFn: () => data(api.GET("/v1/imports/{id}", { params: { path: { id } } })),
    enabled: id !== "",
    refetchInterval: ({ state: { data: run } }) => (run && isUnfinished(run) ? POLL_MS : false),
  });

export function State({ run }: { run: Import }) {
  const { text } = useText("imports");
  return (
    <Badge variant="light" color={colourOf(run.state ?? "")} tt="none">
      {text(`imports.state.${run.state}`)}
    </Badge>
  );
}

export function Outcome({ run }: { run: Import }) {
  const { text, number } = useText("imports");
  const counts = {
    created: run.rows_created,
    updated: run.rows_updated,
    unchanged: run.rows_unchanged,
    failed: run.rows_failed,
  };
  const shortRows = Number(run.repairs?.short_rows ?? 0);
  const { encoding, delimiter, decimal_sign: decimal } = run.options ?? {};
  return (
    <Stack>
      <Group role="status">
        <State run={run} />
        {isUnfinished(run) && <Loader size="xs" />}
        <Text size="sm">{text("imports.rows", { count: run.rows_read })}</Text>
        {run.dry_run && (
          <Text size="sm" c="dimmed">
            {text("imports.dry_run")}
          </Text>
        )}
      </Group>
      <SimpleGrid cols={{ base: 2, sm: 4 }}>
        {Object.entries(counts).map(([name, count]) => (
          <Paper key={name} withBorder p="sm" data-count={name}>
            <Text size="xs" c="dimmed">
              {text(`imports.count.${name}`)}
            </Text>
            <Text fw={600} c={name === "failed" && count ? "red" : undefined}>
              {number(count)}
            </Text>
          </Paper>
        ))}
      </SimpleGrid>
      {run.error && (
        <Alert color="red" role="alert">
          {run.error}
        </Alert>
      )}
      <Text size="sm" c="dimmed">
        {[encoding, delimiter, decimal].map((sign, place) =>
          sign ? `${place ? ", " : ""}${text(READ_AS[place] as string)}: ${text(`imports.sign.${sign}`)}` : "",
        )}
      </Text>
      {shortRows > 0 && (
        <Alert color="orange" role="note">
          {text("imports.short_rows", { count: shortRows })}
        </Alert>
      )}
      {run.unused_columns.length > 0 && (
        <Text size="sm">{text("imports.unused_columns", { columns: run.unused_columns.join(", ") })}</Text>
      )}
      {run.errors.length > 0 && (
        <Table.ScrollContainer minWidth={360}>
          <Table aria-label={text("imports.errors")}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{text("imports.line")}</Table.Th>
                <Table.Th>{text("imports.field")}</Table.Th>
                <Table.Th>{text("imports.problem")}</Table.Th>
                <Table.Th>{text("imports.cells")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {run.errors.map(({ line, field, message, cells }) => (
                <Table.Tr key={`${line}.${field}`}>
                  <Table.Td>{line}</Table.Td>
                  <Table.Td>{field}</Table.Td>
                  <Table.Td>{message}</Table.Td>
                  <Table.Td>
                    <Text size="sm" c="dimmed" lineClamp={2}>
                      {cells.filter(Boolean).join(" · ")}
                    </Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Stack>
  );
}

const READ_AS = ["imports.option.encoding", "imports.option.delimiter", "imports.option.decimal_sign"];
