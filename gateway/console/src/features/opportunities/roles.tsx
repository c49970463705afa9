/** Who has a say in a deal on the customer's side. */
import { ActionIcon, Button, Group, Paper, Stack, Text, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import type { Json } from "@/shared/api/client";
import { type Row, useUpdate } from "@/shared/api/records";
import { actionOf, type Description, fieldOf } from "@/shared/describe";
import { ReferenceInput } from "@/shared/fields/reference-input";
import { useTitles } from "@/shared/fields/titles";
import { useText } from "@/shared/i18n";
import { useTell } from "@/shared/ui/problem";

export function Roles({ description, deal }: { description: Description; deal: Row }) {
  const { text, label } = useText("opportunities");
  const tell = useTell();
  const update = useUpdate("opportunities");
  const roles: Json[] = deal.contact_roles ?? [];
  const titles = useTitles(
    "contacts",
    roles.map(({ contact_id }) => contact_id),
  );
  const [contact, setContact] = useState<string | null>(null);
  const [role, setRole] = useState("");
  const field = fieldOf(description, "contact_roles");
  if (!field?.can_read) return null;
  const may = field.can_write && Boolean(actionOf(description, "update"));
  const [person, part] = ["contact_id", "role"].map((name) => field.fields.find((inner) => inner.name === name));
  const save = (contact_roles: Json[], onSuccess?: () => void) =>
    update.mutate({ row: deal, values: { contact_roles } }, { onSuccess, onError: tell.failed });
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (!contact) return;
    save([...roles, { contact_id: contact, role }], () => {
      setContact(null);
      setRole("");
    });
  };
  return (
    <Stack>
      {roles.length === 0 && (
        <Text size="sm" c="dimmed">
          {text("deals.no_roles")}
        </Text>
      )}
      {roles.length > 0 && (
        <Paper withBorder>
          {roles.map((entry) => (
            <Group key={entry.contact_id} justify="space-between" wrap="nowrap" px="md" py={8} className="line">
              <Link className="link title" to="/$resource/$id" params={{ resource: "contacts", id: entry.contact_id }}>
                {titles[entry.contact_id] ?? "…"}
              </Link>
              <Group gap="xs" wrap="nowrap">
                <Text size="sm" c="dimmed">
                  {entry.role}
                </Text>
                {may && (
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={`${text("field.remove")}: ${titles[entry.contact_id] ?? ""}`}
                    onClick={() => save(roles.filter(({ contact_id }) => contact_id !== entry.contact_id))}
                  >
                    <IconTrash size={16} />
                  </ActionIcon>
                )}
              </Group>
            </Group>
          ))}
        </Paper>
      )}
      {may && person && part && (
        <form onSubmit={add}>
          <Group align="flex-end">
            <ReferenceInput
              key={roles.length}
              field={person}
              label={label(person.label)}
              value={contact}
              onChange={setContact}
            />
            <TextInput
              label={label(part.label)}
              value={role}
              maxLength={part.limits?.max_length ?? undefined}
              onChange={(event) => setRole(event.currentTarget.value)}
            />
            <Button
              type="submit"
              variant="default"
              leftSection={<IconPlus size={14} />}
              disabled={!contact}
              loading={update.isPending}
            >
              {text("field.add")}
            </Button>
          </Group>
        </form>
      )}
    </Stack>
  );
}
