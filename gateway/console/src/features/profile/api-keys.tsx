/** Keys by which programs call the suite as this person, each with no more than it needs. */
import {
  ActionIcon,
  Alert,
  Badge,
  Button,
  Code,
  CopyButton,
  Group,
  Modal,
  MultiSelect,
  Select,
  Skeleton,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "@/shared/api/client";
import { useMay, useMe } from "@/shared/api/me";
import { changed, type Row, useList } from "@/shared/api/records";
import { useSummaries } from "@/shared/describe";
import { useSubmit } from "@/shared/form/submit";
import { useText } from "@/shared/i18n";
import { quoted } from "@/shared/list/filter";
import { Confirm } from "@/shared/ui/confirm";
import { Failed, useTell } from "@/shared/ui/problem";

const RESOURCE = "api_keys";
const LIFETIMES = ["30", "90", "180", "365"];
const DAY_MS = 86_400_000;

export function ApiKeys() {
  const { text, time, ago } = useText("profile");
  const { id: userId } = useMe();
  const may = useMay();
  const client = useQueryClient();
  const tell = useTell();
  const list = useList({ resource: RESOURCE, filter: `user_id = ${quoted(userId)}`, pageSize: 200 });
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<Row | null>(null);
  const revoke = useMutation({
    mutationFn: (id: string) => data(api.DELETE("/v1/api_keys/{id}", { params: { path: { id } } })),
    onError: tell.failed,
    onSettled: () => {
      setRevoking(null);
      return changed(client, RESOURCE);
    },
  });
  if (list.error) return <Failed error={list.error} retry={() => list.refetch()} />;
  if (!list.data) return <Skeleton height={120} />;
  return (
    <>
      <Text size="sm" c="dimmed">
        {text("key.help")}
      </Text>
      {may("api_keys.create") && (
        <Group>
          <Button onClick={() => setCreating(true)}>{text("key.new")}</Button>
        </Group>
      )}
      {!list.data.rows.length && (
        <Text size="sm" c="dimmed">
          {text("ui.empty")}
        </Text>
      )}
      <Stack gap={0} component="ul" className="lines" aria-label={text("profile.keys")}>
        {list.data.rows.map((row) => (
          <Group key={row.id} component="li" justify="space-between" wrap="nowrap" py="xs" className="line">
            <div>
              <Text size="sm" fw={500}>
                {row.name} <Code>{row.prefix}…</Code>
              </Text>
              <Group gap={4} my={4}>
                {row.permissions.map((permission: string) => (
                  <Badge key={permission} variant="default" tt="none" fw={500}>
                    {permission}
                  </Badge>
                ))}
              </Group>
              <Text size="xs" c="dimmed">
                {text("key.until", { when: time(row.expires_at) })} ·{" "}
                {row.last_used_at ? text("session.used", { when: ago(row.last_used_at) }) : text("key.unused")}
              </Text>
            </div>
            {may("api_keys.delete") && (
              <ActionIcon
                variant="subtle"
                color="red"
                aria-label={text("key.revoke_one", { name: row.name })}
                onClick={() => setRevoking(row)}
              >
                <IconTrash size={16} />
              </ActionIcon>
            )}
          </Group>
        ))}
      </Stack>
      {creating && <NewKey onClose={() => setCreating(false)} />}
      {revoking && (
        <Confirm
          title={text("key.revoke_one", { name: revoking.name })}
          message={text("key.revoke_help")}
          action={text("key.revoke")}
          running={revoke.isPending}
          onConfirm={() => revoke.mutate(revoking.id)}
          onClose={() => setRevoking(null)}
        />
      )}
    </>
  );
}

/** What the person can give to a key: what they hold themselves. */
function useGrantable(): string[] {
  const { permissions } = useMe();
  const summaries = useSummaries();
  const held = permissions.map(({ permission }) => permission);
  if (!held.includes("*")) return held;
  return ["*", ...summaries.flatMap(({ plural }) => [`${plural}.read`, `${plural}.*`])];
}

function NewKey({ onClose }: { onClose: () => void }) {
  const { text } = useText("profile");
  const client = useQueryClient();
  const grantable = useGrantable();
  const [name, setName] = useState("");
  const [permissions, setPermissions] = useState<string[]>([]);
  const [days, setDays] = useState("90");
  const [secret, setSecret] = useState("");
  const form = useSubmit(
    () => {
      const expires_at = new Date(Date.now() + Number(days) * DAY_MS - 60_000).toISOString();
      return data(api.POST("/v1/api_keys", { body: { name, permissions, expires_at } }));
    },
    (key) => {
      setSecret(key.secret);
      changed(client, RESOURCE);
    },
    ["name", "permissions", "expires_at"],
  );
  return (
    <Modal opened onClose={onClose} title={text("key.new")} closeOnClickOutside={!secret}>
      {secret ? (
        <Stack>
          <Alert color="yellow">{text("key.once")}</Alert>
          <Code block data-testid="secret">
            {secret}
          </Code>
          <Group justify="flex-end">
            <CopyButton value={secret}>
              {({ copied, copy }) => (
                <Button variant="default" onClick={copy}>
                  {text(copied ? "key.copied" : "key.copy")}
                </Button>
              )}
            </CopyButton>
            <Button onClick={onClose}>{text("ui.close")}</Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={form.submit}>
          <Stack>
            {form.failure && (
              <Alert color="red" role="alert">
                {form.failure}
              </Alert>
            )}
            <TextInput
              label={text("key.name")}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              error={form.error("name")}
              maxLength={100}
              data-autofocus
              required
            />
            <MultiSelect
              label={text("key.permissions")}
              data={grantable}
              value={permissions}
              onChange={setPermissions}
              error={form.error("permissions")}
              searchable
              withAsterisk
            />
            <Select
              label={text("key.lifetime")}
              data={LIFETIMES.map((value) => ({ value, label: text("key.days", { count: Number(value) }) }))}
              value={days}
              onChange={(value) => value && setDays(value)}
              error={form.error("expires_at")}
              allowDeselect={false}
            />
            <Group justify="flex-end">
              <Button type="submit" loading={form.sending}>
                {text("key.create")}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
