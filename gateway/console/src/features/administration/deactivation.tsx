/** Deactivates a user: shows beforehand what they leave behind, and asks who gets it. */
import { Alert, Button, Group, Modal, Skeleton, Stack, Table, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, data } from "@/shared/api/client";
import { changed, type Row } from "@/shared/api/records";
import { type Action, useSummaries } from "@/shared/describe";
import { ReferenceInput } from "@/shared/fields/reference-input";
import { useSubmit } from "@/shared/form/submit";
import { useText } from "@/shared/i18n";
import { useTell } from "@/shared/ui/problem";
import { useHandover } from "./handover";

type Props = { user: Row; action: Action; onClose: () => void };

export function Deactivation({ user, action, onClose }: Props) {
  const { text, label } = useText("administration");
  const tell = useTell();
  const client = useQueryClient();
  const shares = useHandover(user.id);
  const [successor, setSuccessor] = useState<string | null>(null);
  const field = action.fields.find(({ name }) => name === "reassign_to_id");
  const form = useSubmit(() =>
    data(
      api.POST("/v1/users/{id}:deactivate", {
        params: { path: { id: user.id } },
        body: { etag: user.etag, ...(successor && { reassign_to_id: successor }) },
      }),
    ), async () => {
    onClose();
    tell.done(text(successor ? "user.deactivated_handover" : "user.deactivated", { name: user.display_name }));
    await changed(client, "users", user.id);
  }, ["reassign_to_id"]);
  const title = text("user.deactivate", { name: user.display_name });
  const total = shares?.reduce((sum, { count }) => sum + count, 0) ?? 0;
  return (
    <Modal opened onClose={onClose} title={title} size="lg" role="alertdialog">
      <form onSubmit={form.submit}>
        <Stack>
          <Text size="sm">{text("user.deactivate_help")}</Text>
          {form.failure && (
            <Alert color="red" role="alert">
              {form.failure}
            </Alert>
          )}
          {field && (
            <ReferenceInput
              field={field}
              value={successor}
              onChange={setSuccessor}
              label={text("user.successor")}
              error={form.error("reassign_to_id")}
              autoFocus
            />
          )}
          {!shares && <Skeleton height={120} />}
          {shares && total === 0 && <Text size="sm">{text("user.leaves_nothing")}</Text>}
          {shares && total > 0 && <Shares shares={shares} given={successor !== null} />}
          <Group justify="flex-end" className="form-buttons">
            <Button variant="default" onClick={onClose}>
              {text("form.cancel")}
            </Button>
            <Button type="submit" color="red" loading={form.sending} disabled={!shares}>
              {label(action.label)}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

type SharesProps = { shares: NonNullable<ReturnType<typeof useHandover>>; given: boolean };

function Shares({ shares, given }: SharesProps) {
  const { text, label, number } = useText("administration");
  const summaries = useSummaries();
  return (
    <Table aria-label={text("user.leaves")}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{text("user.leaves")}</Table.Th>
          <Table.Th ta="right">{text("user.count")}</Table.Th>
          <Table.Th>{text("user.becomes")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {shares
          .filter(({ count }) => count > 0)
          .map(({ resource, filter, count }) => (
            <Table.Tr key={resource}>
              <Table.Th scope="row" fw={400}>
                <Link className="link" to="/$resource" params={{ resource }} search={{ filter }} target="_blank">
                  {label(summaries.find(({ plural }) => plural === resource)?.plural_label ?? {})}
                </Link>
              </Table.Th>
              <Table.Td ta="right">{number(count)}</Table.Td>
              <Table.Td>{text(given ? "user.becomes.given" : "user.becomes.stays")}</Table.Td>
            </Table.Tr>
          ))}
      </Table.Tbody>
    </Table>
  );
}
