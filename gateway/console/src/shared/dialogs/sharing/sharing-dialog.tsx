/** Who a record is shared with and why, sharing it with others, and why somebody sees it or not. */
import { ActionIcon, Badge, Button, Divider, Group, List, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { call } from "@/shared/api/client";
import type { Field } from "@/shared/describe";
import { ReferenceInput } from "@/shared/fields/reference-input";
import { useTitles } from "@/shared/fields/titles";
import { useText } from "@/shared/i18n";
import { newId } from "@/shared/new-id";
import { accessKey, accessOf, type Explained } from "@/shared/record/access";
import { type Share, type SharingProps, sharesOf } from "@/shared/record/sharing";
import { Failed, useTell } from "@/shared/ui/problem";

type Props = SharingProps & { onClose: () => void };
type Kind = NonNullable<Share["principal_kind"]>;
type Level = Share["level"];

const RESOURCES: Partial<Record<Kind, string>> = {
  USER: "users",
  TEAM: "teams",
  ROLE: "roles",
  TERRITORY: "territories",
};
const KINDS = ["USER", "TEAM", "ROLE", "TERRITORY", "EVERYONE"] as const;
const LEVELS = ["READ", "UPDATE", "FULL"] as const;

/** What a choice of records of a kind needs to know of a field. */
const choiceOf = (reference: string) => ({ name: "principal_id", reference, required: true }) as unknown as Field;

export default function SharingDialog({ resource, id, title, onClose }: Props) {
  const { text } = useText("sharing");
  const read = useQuery(sharesOf(resource, id));
  const shares = read.data?.shares ?? [];
  const far = LEVELS.indexOf((read.data?.may_share ?? "LEVEL_UNSPECIFIED") as (typeof LEVELS)[number]);
  return (
    <Modal opened onClose={onClose} title={text("share.title", { title })} size="lg">
      <Stack>
        {read.error && <Failed error={read.error} retry={() => read.refetch()} />}
        <Text fw={600} size="sm">
          {text("share.who")}
        </Text>
        {read.data && shares.length === 0 && (
          <Text size="sm" c="dimmed">
            {text("share.nobody")}
          </Text>
        )}
        <Shared resource={resource} id={id} shares={shares} mayRemove={far >= 0} />
        {far >= 0 && (
          <>
            <Divider />
            <NewShare resource={resource} id={id} levels={LEVELS.slice(0, far + 1)} />
            <Divider />
            <Why resource={resource} id={id} />
          </>
        )}
      </Stack>
    </Modal>
  );
}

/** The names of those shares are with. */
function useNames(shares: readonly Share[]) {
  const { text } = useText("sharing");
  const of = (kind: Kind) => shares.filter((one) => one.principal_kind === kind).map((one) => one.principal_id);
  const users = useTitles("users", [...of("USER"), ...shares.map((one) => one.granted_by)]);
  const names = {
    ...users,
    ...useTitles("teams", of("TEAM")),
    ...useTitles("roles", of("ROLE")),
    ...useTitles("territories", of("TERRITORY")),
  };
  const somebody = text("share.somebody");
  return {
    of: (share: Share) =>
      share.principal_kind === "EVERYONE" ? text("share.kind.EVERYONE") : (names[share.principal_id] ?? somebody),
    user: (userId: string) => names[userId] ?? somebody,
  };
}

type SharedProps = { resource: string; id: string; shares: Share[]; mayRemove: boolean };

function Shared({ resource, id, shares, mayRemove }: SharedProps) {
  const { text, time } = useText("sharing");
  const tell = useTell();
  const names = useNames(shares);
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: (share: Share) => call("DELETE", `/v1/${resource}/${id}/shares/${share.id}`),
    onSuccess: () => tell.done(text("share.undone")),
    onError: tell.failed,
    onSettled: () => client.invalidateQueries({ queryKey: accessKey(resource, id) }),
  });
  return (
    <List listStyleType="none" spacing="xs">
      {shares.map((share) => (
        <List.Item key={share.id} styles={{ itemWrapper: { width: "100%" }, itemLabel: { width: "100%" } }}>
          <Group justify="space-between" wrap="nowrap">
            <div>
              <Group gap="xs">
                <Text size="sm">{names.of(share)}</Text>
                <Badge variant="light" tt="none">
                  {text(`share.level.${share.level as (typeof LEVELS)[number]}`)}
                </Badge>
                {share.role && (
                  <Badge variant="outline" tt="none">
                    {share.role}
                  </Badge>
                )}
              </Group>
              <Text size="xs" c="dimmed">
                {[
                  share.reason,
                  text("share.given_by", {
                    name: names.user(share.granted_by),
                    when: share.granted_at ? time(share.granted_at) : "",
                  }),
                  share.expires_at &&
                    (new Date(share.expires_at) > new Date()
                      ? text("share.ends", { when: time(share.expires_at) })
                      : text("share.ended")),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </Text>
            </div>
            {mayRemove && (
              <ActionIcon
                variant="subtle"
                color="red"
                aria-label={text("share.remove", { name: names.of(share) })}
                loading={remove.isPending}
                onClick={() => remove.mutate(share)}
              >
                <IconTrash size={16} />
              </ActionIcon>
            )}
          </Group>
        </List.Item>
      ))}
    </List>
  );
}

type NewProps = { resource: string; id: string; levels: readonly (typeof LEVELS)[number][] };

function NewShare({ resource, id, levels }: NewProps) {
  const { text } = useText("sharing");
  const tell = useTell();
  const client = useQueryClient();
  const [kind, setKind] = useState<(typeof KINDS)[number]>("USER");
  const [whom, setWhom] = useState<string | null>(null);
  const [level, setLevel] = useState<Level>("READ");
  const [role, setRole] = useState("");
  const [reason, setReason] = useState("");
  const [until, setUntil] = useState("");
  // The same share sent twice is one.
  const key = useRef(newId());
  const give = useMutation({
    mutationFn: () =>
      call("POST", `/v1/${resource}/${id}/shares`, {
        key: key.current,
        body: {
          principal_kind: kind,
          level,
          reason,
          ...(kind === "EVERYONE" ? {} : { principal_id: whom }),
          ...(kind === "USER" && role ? { role } : {}),
          ...(until ? { expires_at: new Date(until).toISOString() } : {}),
        },
      }),
    onSuccess: () => {
      key.current = newId();
      setWhom(null);
      setRole("");
      setReason("");
      setUntil("");
      tell.done(text("share.done"));
    },
    onError: tell.failed,
    onSettled: () => client.invalidateQueries({ queryKey: accessKey(resource, id) }),
  });
  const reference = RESOURCES[kind];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        give.mutate();
      }}
    >
      <Stack gap="xs">
        <Group grow align="end">
          <Select
            label={text("share.kind")}
            data={KINDS.map((value) => ({ value, label: text(`share.kind.${value}`) }))}
            value={kind}
            onChange={(value) => {
              setKind((value ?? "USER") as (typeof KINDS)[number]);
              setWhom(null);
            }}
            allowDeselect={false}
          />
          {reference && (
            <ReferenceInput
              key={`${kind} ${key.current}`}
              field={choiceOf(`crm.identity.${kind.toLowerCase()}`)}
              label={text(`share.kind.${kind}`)}
              value={whom}
              onChange={setWhom}
            />
          )}
          <Select
            label={text("share.level")}
            data={levels.map((value) => ({ value, label: text(`share.level.${value}`) }))}
            value={level}
            onChange={(value) => setLevel((value ?? "READ") as Level)}
            allowDeselect={false}
          />
        </Group>
        <Group grow align="end">
          {kind === "USER" && (
            <TextInput
              label={text("share.role")}
              title={text("share.role_hint")}
              value={role}
              maxLength={80}
              onChange={(event) => setRole(event.currentTarget.value)}
            />
          )}
          <TextInput
            label={text("share.reason")}
            value={reason}
            maxLength={200}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <TextInput
            type="datetime-local"
            label={text("share.until")}
            value={until}
            onChange={(event) => setUntil(event.currentTarget.value)}
          />
        </Group>
        <Group justify="end">
          <Button type="submit" loading={give.isPending} disabled={kind !== "EVERYONE" && !whom}>
            {text("share.add")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Why({ resource, id }: { resource: string; id: string }) {
  const { text } = useText("sharing");
  const [whom, setWhom] = useState<string | null>(null);
  const explained = useQuery({ ...accessOf(resource, id, whom ?? ""), enabled: Boolean(whom) });
  return (
    <Stack gap="xs">
      <Text fw={600} size="sm">
        {text("share.why")}
      </Text>
      <ReferenceInput
        field={choiceOf("crm.identity.user")}
        aria-label={text("share.person")}
        value={whom}
        onChange={setWhom}
      />
      {explained.error && <Failed error={explained.error} retry={() => explained.refetch()} />}
      {whom && explained.data && <Answer explained={explained.data} />}
    </Stack>
  );
}

type Access = Explained["access"][number];

function Answer({ explained }: { explained: Explained }) {
  const { text } = useText("sharing");
  const names = useNames(explained.access.flatMap((one) => one.grounds.flatMap(({ share }) => (share ? [share] : []))));
  const why = (access: Access) =>
    access.allowed
      ? access.grounds.map(({ kind, share }) =>
          share
            ? text("share.ground.SHARED", { name: names.of(share) })
            : text(`share.ground.${kind as Exclude<typeof kind, "KIND_UNSPECIFIED">}`, { name: "" }),
        )
      : [text(`share.missing.${access.missing as Exclude<typeof access.missing, "MISSING_UNSPECIFIED">}`)];
  return (
    <List size="sm" spacing={4} aria-live="polite">
      {explained.access.map((access) => {
        const name = access.permission.split(".")[1] as "read" | "update" | "delete" | "share";
        const action = text(`share.action.${name}`);
        return (
          <List.Item key={access.permission}>
            {text(access.allowed ? "share.yes" : "share.no", { action })} — {why(access).join(", ")}
          </List.Item>
        );
      })}
    </List>
  );
}
