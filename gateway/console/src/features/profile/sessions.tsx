/** Where the person is signed in, and ways to end that. */
import { Badge, Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "@/shared/api/client";
import { useText } from "@/shared/i18n";
import { Confirm } from "@/shared/ui/confirm";
import { Failed, useTell } from "@/shared/ui/problem";
import { deviceOf } from "./device";

const sessions = { queryKey: ["sessions"], queryFn: () => data(api.GET("/v1/me/sessions")) };

export function Sessions() {
  const { text, ago, time } = useText("profile");
  const client = useQueryClient();
  const tell = useTell();
  const list = useQuery(sessions);
  const [asking, setAsking] = useState(false);
  const reread = () => client.invalidateQueries({ queryKey: sessions.queryKey });
  const end = useMutation({
    mutationFn: (id: string) => data(api.DELETE("/v1/me/sessions/{id}", { params: { path: { id } } })),
    onError: tell.failed,
    onSettled: reread,
  });
  const endOthers = useMutation({
    mutationFn: () => data(api.DELETE("/v1/me/sessions")),
    onSuccess: () => tell.done(text("session.others_ended")),
    onError: tell.failed,
    onSettled: () => {
      setAsking(false);
      return reread();
    },
  });
  if (list.error) return <Failed error={list.error} retry={() => list.refetch()} />;
  if (!list.data) return <Skeleton height={120} />;
  const entries = list.data.sessions;
  return (
    <>
      <Stack gap={0} component="ul" className="lines" aria-label={text("profile.sessions")}>
        {entries.map((session) => {
          const device = deviceOf(session.user_agent) || text("session.unknown");
          return (
            <Group key={session.id} component="li" justify="space-between" py="xs" className="line">
              <div>
                <Group gap="xs">
                  <Text size="sm" fw={500} title={session.user_agent}>
                    {device}
                  </Text>
                  {session.current && (
                    <Badge variant="light" color="teal" tt="none">
                      {text("session.current")}
                    </Badge>
                  )}
                </Group>
                <Text size="xs" c="dimmed">
                  {session.client_address}
                  {session.last_used_at && ` · ${text("session.used", { when: ago(session.last_used_at) })}`}
                  {session.created_at && ` · ${text("session.since", { when: time(session.created_at) })}`}
                </Text>
              </div>
              {!session.current && (
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={text("session.end_one", { device })}
                  loading={end.isPending && end.variables === session.id}
                  onClick={() => end.mutate(session.id)}
                >
                  {text("session.end")}
                </Button>
              )}
            </Group>
          );
        })}
      </Stack>
      {entries.length > 1 && (
        <Group>
          <Button variant="light" color="red" onClick={() => setAsking(true)}>
            {text("session.end_others")}
          </Button>
        </Group>
      )}
      {asking && (
        <Confirm
          title={text("session.end_others")}
          message={text("session.end_others_help")}
          action={text("session.end_others")}
          running={endOthers.isPending}
          onConfirm={() => endOthers.mutate()}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
