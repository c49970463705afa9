/** One import: its progress, its rows that were not applied, and its end. */
import { Button, Group, Skeleton, Stack, Title } from "@mantine/core";
import { IconDownload, IconPlayerStop } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { api } from "@/shared/api/client";
import { useMay } from "@/shared/api/me";
import { changed } from "@/shared/api/records";
import { useText } from "@/shared/i18n";
import { download } from "@/shared/list/csv";
import { Failed, useTell } from "@/shared/ui/problem";
import { isUnfinished, Outcome, useImport } from "./outcome";

export default function ImportPage({ id }: { id: string }) {
  const { text } = useText("imports");
  const may = useMay();
  const client = useQueryClient();
  const tell = useTell();
  const { data: run, error, refetch } = useImport(id);

  const cancel = async () => {
    try {
      await api.POST("/v1/imports/{id}:cancel", { params: { path: { id } }, body: {} });
    } catch (problem) {
      tell.failed(problem);
    }
    await changed(client, "imports", id);
  };

  const failedRows = async () => {
    try {
      const answer = await api.GET("/v1/imports/{id}/failed_rows", { params: { path: { id } }, parseAs: "blob" });
      download("failed_rows.csv", [answer.data as Blob], "text/csv;charset=utf-8");
    } catch (problem) {
      tell.failed(problem);
    }
  };

  if (error && !run) return <Failed error={error} retry={() => refetch()} />;
  if (!run) return <Skeleton height={240} />;
  return (
    <Stack className="page" maw={980}>
      <Group justify="space-between">
        <Title order={1} size="h3">
          {run.file_name || text("imports.untitled")}
        </Title>
        <Group gap="xs">
          {run.rows_failed > 0 && (
            <Button variant="default" leftSection={<IconDownload size={16} />} onClick={failedRows}>
              {text("imports.download")}
            </Button>
          )}
          {isUnfinished(run) && may("imports.cancel") && (
            <Button color="red" variant="light" leftSection={<IconPlayerStop size={16} />} onClick={cancel}>
              {text("imports.cancel")}
            </Button>
          )}
        </Group>
      </Group>
      <Outcome run={run} />
    </Stack>
  );
}
