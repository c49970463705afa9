/** The long work of a service: how far it is, and what may be done about it. */
import { Badge, Button, Group, Paper, Progress, Stack, Switch, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "@/shared/api/client";
import { useMay } from "@/shared/api/me";
import { useText } from "@/shared/i18n";
import { Failed, useTell } from "@/shared/ui/problem";
import { ReasonDialog } from "./reason-dialog";
import { RENEWED_MS, type Service } from "./services";

const MOST = 25;
const COLOURS: Record<string, string> = { WAITING: "gray", RUNNING: "blue", DONE: "teal", DEAD: "red" };

export function Jobs({ service }: { service: Service }) {
  const { text, ago, number } = useText("system");
  const may = useMay();
  const tell = useTell();
  const client = useQueryClient();
  const [cancelling, setCancelling] = useState("");
  const [onlyDead, setOnlyDead] = useState(false);
  const query = { page_size: MOST, ...(onlyDead && { state: "DEAD" as const }) };
  const list = useQuery({
    queryKey: ["jobs", service, onlyDead],
    queryFn: ({ signal }) =>
      data(api.GET("/v1/services/{service}/jobs", { params: { path: { service }, query }, signal })),
    refetchInterval: RENEWED_MS,
  });
  const reread = () => client.invalidateQueries({ queryKey: ["jobs", service] });
  const retry = useMutation({
    mutationFn: (id: string) =>
      data(api.POST("/v1/services/{service}/jobs/{id}:retry", { params: { path: { service, id } }, body: {} })),
    onSuccess: () => tell.done(text("job.retried")),
    onError: tell.failed,
    onSettled: reread,
  });
  return (
    <Paper withBorder p="md" component="section" aria-label={text("job.title")}>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">
          {text("job.title")}
        </Title>
        <Switch
          label={text("job.only_dead")}
          checked={onlyDead}
          onChange={(event) => setOnlyDead(event.currentTarget.checked)}
        />
      </Group>
      {list.error && <Failed error={list.error} retry={() => list.refetch()} />}
      {list.data?.jobs.length === 0 && (
        <Text size="sm" c="dimmed">
          {text("job.none")}
        </Text>
      )}
      <Stack gap={0} component="ul" className="lines">
        {list.data?.jobs.map((job) => (
          <Group key={job.id} component="li" className="line" justify="space-between" py="xs">
            <Stack gap={4} flex={1} miw={200}>
              <Group gap="xs">
                <Text size="sm" fw={500}>
                  {job.kind}
                </Text>
                <Badge variant="light" tt="none" color={COLOURS[job.state ?? ""] ?? "gray"}>
                  {text(`job.state.${job.state}`)}
                </Badge>
                <Text size="xs" c="dimmed">
                  {job.created_at && ago(job.created_at)}
                  {job.total !== null && ` · ${number(Number(job.done))} / ${number(Number(job.total))}`}
                </Text>
              </Group>
              {job.state === "RUNNING" && Number(job.total) > 0 && (
                <Progress value={(100 * Number(job.done)) / Number(job.total)} aria-label={job.kind} maw={320} />
              )}
              {job.error && <Text size="xs">{job.error}</Text>}
            </Stack>
            <Group gap="xs">
              {job.state === "DEAD" && may("jobs.retry") && (
                <Button size="compact-sm" variant="default" onClick={() => retry.mutate(job.id)}>
                  {text("job.retry")}
                </Button>
              )}
              {["WAITING", "RUNNING", "DEAD"].includes(job.state ?? "") && may("jobs.cancel") && (
                <Button size="compact-sm" variant="light" color="red" onClick={() => setCancelling(job.id)}>
                  {text("job.cancel")}
                </Button>
              )}
            </Group>
          </Group>
        ))}
      </Stack>
      {cancelling && (
        <ReasonDialog
          title={text("job.cancel")}
          message={text("job.cancel_help")}
          work={(reason) =>
            data(
              api.POST("/v1/services/{service}/jobs/{id}:cancel", {
                params: { path: { service, id: cancelling } },
                body: { reason },
              }),
            )
          }
          onDone={() => {
            tell.done(text("job.cancelled"));
            reread();
          }}
          onClose={() => setCancelling("")}
        />
      )}
    </Paper>
  );
}
