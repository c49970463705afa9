/** A user: who it is and what they may do, the invitation, the second factor, and the end of their access. */
import { Alert, Button, Group, Paper, Skeleton, Stack, Table, Text, Title } from "@mantine/core";
import { IconMail } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, data } from "@/shared/api/client";
import { useMay, useMe } from "@/shared/api/me";
import { changed, type Row } from "@/shared/api/records";
import { actionOf, type Description, useSummaries } from "@/shared/describe";
import { useText } from "@/shared/i18n";
import { useDescribedRecord } from "@/shared/record/described-record";
import { Fields, RecordHeader } from "@/shared/record/record-page";
import { Confirm } from "@/shared/ui/confirm";
import { Failed, useTell } from "@/shared/ui/problem";
import { Deactivation } from "./deactivation";
import { useHandover } from "./handover";

const RESOURCE = "users";
/** Actions that this page offers where they make sense. */
const OWN = ["deactivate", "reactivate", "reset_totp"];
const PERSON = ["display_name", "email", "language", "time_zone", "external_id"];
const PLACE = ["role_ids", "manager_id", "team_ids", "territory_ids"];
const ACCESS = ["last_login_at", "totp_enabled", "created_at", "created_by"];

export default function User({ id }: { id: string }) {
  const { text } = useText("administration");
  const { description, read } = useDescribedRecord(RESOURCE, id);
  if (read.error) return <Failed error={read.error} retry={() => read.refetch()} />;
  if (!read.data) return <Skeleton height={400} />;
  const { record: user, names } = read.data;
  const part = (title: string, only: readonly string[]) => (
    <Paper withBorder p="md" component="section" aria-label={text(title)}>
      <Title order={2} size="h5" mb="sm">
        {text(title)}
      </Title>
      <Fields description={description} record={user} names={names} only={only} />
    </Paper>
  );
  return (
    <Stack className="page">
      <RecordHeader
        description={description}
        record={user}
        names={names}
        tools={<Access description={description} user={user} />}
        offered={({ name }) => !OWN.includes(name)}
      />
      <Invitation user={user} />
      <div className="record">
        <Stack>
          {part("user.person", PERSON)}
          {part("user.access", ACCESS)}
        </Stack>
        <Stack>
          {part("user.place", PLACE)}
          <Work user={user} />
        </Stack>
      </div>
    </Stack>
  );
}

const isActive = (user: Row): boolean => user.status === "ACTIVE" && !user.deleted_at;

/** What ends, gives back or repairs the user's access, as far as it makes sense now. */
function Access({ description, user }: { description: Description; user: Row }) {
  const { text, label } = useText("administration");
  const tell = useTell();
  const client = useQueryClient();
  const me = useMe();
  const [asking, setAsking] = useState<"deactivate" | "reset_totp" | null>(null);
  const told = (message: string) => ({
    onSuccess: () => {
      setAsking(null);
      tell.done(text(message, { name: user.display_name }));
      return changed(client, RESOURCE, user.id);
    },
    onError: tell.failed,
  });
  const about = { params: { path: { id: user.id } }, body: { etag: user.etag } };
  const reset = useMutation({
    mutationFn: () => data(api.POST("/v1/users/{id}:resetTotp", about)),
    ...told("user.totp_reset"),
  });
  const reactivate = useMutation({
    mutationFn: () => data(api.POST("/v1/users/{id}:reactivate", about)),
    ...told("user.reactivated"),
  });
  const [ending, returning, resetting] = OWN.map((name) => actionOf(description, name));
  const self = user.id === me.id;
  return (
    <>
      {resetting && user.totp_enabled && !self && (
        <Button variant="default" onClick={() => setAsking("reset_totp")}>
          {label(resetting.label)}
        </Button>
      )}
      {returning && user.status === "DEACTIVATED" && (
        <Button variant="default" onClick={() => reactivate.mutate()} loading={reactivate.isPending}>
          {label(returning.label)}
        </Button>
      )}
      {ending && isActive(user) && !self && (
        <Button variant="light" color="red" onClick={() => setAsking("deactivate")}>
          {label(ending.label)}
        </Button>
      )}
      {asking === "reset_totp" && resetting && (
        <Confirm
          title={label(resetting.label)}
          message={text("user.totp_help", { name: user.display_name })}
          action={label(resetting.label)}
          running={reset.isPending}
          onConfirm={() => reset.mutate()}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === "deactivate" && ending && (
        <Deactivation user={user} action={ending} onClose={() => setAsking(null)} />
      )}
    </>
  );
}

/** A link to set a password, by mail: for who has never signed in, and for who has forgotten theirs. */
function Invitation({ user }: { user: Row }) {
  const { text } = useText("administration");
  const may = useMay();
  const tell = useTell();
  const invite = useMutation({
    mutationFn: () => data(api.POST("/v1/users/{id}:invite", { params: { path: { id: user.id } }, body: {} })),
    onSuccess: () => tell.done(text("user.invited", { email: user.email })),
    onError: tell.failed,
  });
  if (!isActive(user) || !may("users.invite")) return null;
  const isNew = !user.last_login_at;
  const button = (
    <Button
      variant={isNew ? "filled" : "default"}
      leftSection={<IconMail size={16} />}
      onClick={() => invite.mutate()}
      loading={invite.isPending}
    >
      {text(isNew ? "user.invite" : "user.send_link")}
    </Button>
  );
  return (
    <Alert color={isNew ? "blue" : "gray"}>
      <Group justify="space-between">
        <Text size="sm" flex={1} miw={220}>
          {text(isNew ? "user.never_signed_in" : "user.send_link_help")}
        </Text>
        {button}
      </Group>
    </Alert>
  );
}

/** What the user has to do now, with the ways to it. */
function Work({ user }: { user: Row }) {
  const { text, label, number } = useText("administration");
  const summaries = useSummaries();
  const shares = useHandover(user.id)?.filter(({ count }) => count > 0);
  return (
    <Paper withBorder p="md" component="section" aria-label={text("user.work")}>
      <Title order={2} size="h5" mb="xs">
        {text("user.work")}
      </Title>
      {!shares && <Skeleton height={60} />}
      {shares?.length === 0 && (
        <Text size="sm" c="dimmed">
          {text("ui.empty")}
        </Text>
      )}
      {shares && shares.length > 0 && (
        <Table>
          <Table.Tbody>
            {shares.map(({ resource, filter, count }) => (
              <Table.Tr key={resource}>
                <Table.Td>
                  <Link className="link" to="/$resource" params={{ resource }} search={{ filter }}>
                    {label(summaries.find(({ plural }) => plural === resource)?.plural_label ?? {})}
                  </Link>
                </Table.Td>
                <Table.Td ta="right">{number(count)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Paper>
  );
}
