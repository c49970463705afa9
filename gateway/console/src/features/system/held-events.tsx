/** Events that could not be passed on or applied: tried again, or passed over for good. */
import { Badge, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "@/shared/api/client";
import { useMay } from "@/shared/api/me";
import { useText } from "@/shared/i18n";
import { Failed, useTell } from "@/shared/ui/problem";
import { ReasonDialog } from "./reason-dialog";
import { RENEWED_MS, type Service } from "./services";

const MOST = 50;

export function HeldEvents({ service }: { service: Service }) {
  const { text, ago } = useText("system");
  const may = useMay();
  const tell = useTell();
  const client = useQueryClient();
  const [dropping, setDropping] = useState("");
  const list = useQuery({
    queryKey: ["held_events", service],
    queryFn: ({ signal }) =>
      data(
        api.GET("/v1/bus/{service}/held_events", {
          params: { path: { service }, query: { page_size: MOST } },
          signal,
        }),
      ),
    refetchInterval: RENEWED_MS,
  });
  const reread = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ["held_events", service] }),
      client.invalidateQueries({ queryKey: ["bus", service] }),
    ]);
  const retry = useMutation({
    mutationFn: (id: string) =>
      data(api.POST("/v1/bus/{service}/held_events/{id}:retry", { params: { path: { service, id } }, body: {} })),
    onSuccess: () => tell.done(text("held.retried")),
    onError: tell.failed,
    onSettled: reread,
  });
  return (
    <Paper withBorder p="md" component="section" aria-label={text("held.title")}>
      <Title order={2} size="h5" mb="xs">
        {text("held.title")}
      </Title>
      {list.error && <Failed error={list.error} retry={() => list.refetch()} />}
      {list.data?.held_events.length === 0 && (
        <Text size="sm" c="dimmed">
          {text("held.none")}
        </Text>
      )}
      <Stack gap={0} component="ul" className="lines">
        {list.data?.held_events.map((event) => (
          <Group key={event.id} component="li" className="line" justify="space-between" py="xs">
            <div>
              <Group gap="xs">
                <Text size="sm" fw={500}>
                  {event.type || event.queue}
                </Text>
                <Badge variant="light" tt="none" color={event.state === "DEAD" ? "red" : "yellow"}>
                  {text(`held.state.${event.state}`)}
                </Badge>
              </Group>
              <Text size="xs" c="dimmed">
                {event.subscription} · {text("held.attempts", { count: event.attempts })}
                {event.held_at && ` · ${ago(event.held_at)}`}
              </Text>
              <Text size="xs">{event.error}</Text>
            </div>
            <Group gap="xs">
              {may("held_events.retry") && !event.queue && (
                <Button size="compact-sm" variant="default" onClick={() => retry.mutate(event.id)}>
                  {text("held.retry")}
                </Button>
              )}
              {may("held_events.drop") && (
                <Button size="compact-sm" variant="light" color="red" onClick={() => setDropping(event.id)}>
                  {text("held.drop")}
                </Button>
              )}
            </Group>
          </Group>
        ))}
      </Stack>
      {dropping && (
        <ReasonDialog
          title={text("held.drop")}
          message={text("held.drop_help")}
          work={(reason) =>
            data(
              api.POST("/v1/bus/{service}/held_events/{id}:drop", {
                params: { path: { service, id: dropping } },
                body: { reason },
              }),
            )
          }
          onDone={() => {
            tell.done(text("held.dropped"));
            reread();
          }}
          onClose={() => setDropping("")}
        />
      )}
    </Paper>
  );
}
