/** What a proposal would change in one record: its title, and old and new value of each field. */
import { Stack, Table, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Json, Told } from "@/shared/api/client";
import type { components } from "@/shared/api/schema";
import { type Field, fieldOf, useDescription, useSummaryOf } from "@/shared/describe";
import { useTitles } from "@/shared/fields/titles";
import { isEmpty, plain } from "@/shared/fields/value";
import { useText } from "@/shared/i18n";

type Command = Told<components["schemas"]["ProposedChange"]>;

export function ChangeOf({ command }: { command: Command }) {
  const { text, label } = useText("proposals");
  const description = useDescription(command.resource);
  const title = useTitles(command.resource, [command.id])[command.id];
  return (
    <Stack gap={4}>
      <Text size="sm">
        {label(description.label)}{" "}
        <Link className="link title" to="/$resource/$id" params={{ resource: command.resource, id: command.id }}>
          {title || "—"}
        </Link>
      </Text>
      {command.changes.length === 0 ? (
        <Text size="sm" c="dimmed">
          {text("proposals.hidden")}
        </Text>
      ) : (
        <Table className="diff" withTableBorder>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{text("proposals.field")}</Table.Th>
              <Table.Th>{text("proposals.old")}</Table.Th>
              <Table.Th>{text("proposals.new")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {command.changes.map((change) => {
              const field = fieldOf(description, change.field);
              return field ? (
                <Table.Tr key={change.field}>
                  <Table.Th scope="row">{label(field.label)}</Table.Th>
                  <Table.Td>
                    <Side field={field} value={change.old_value} />
                  </Table.Td>
                  <Table.Td>
                    <Side field={field} value={change.new_value} />
                  </Table.Td>
                </Table.Tr>
              ) : null;
            })}
          </Table.Tbody>
        </Table>
      )}
    </Stack>
  );
}

function Side({ field, value }: { field: Field; value: Json }) {
  const texts = useText("proposals");
  const referred = useSummaryOf(field.reference);
  const names = useTitles(referred?.plural ?? "", referred ? [value].flat() : []);
  return isEmpty(value) ? "—" : plain(field, value, names, texts);
}
