/** Ways to look at a list that somebody has kept: filter, columns and order under a name. They open nothing. */
import { Button, Group, Menu, Modal, Select, Stack, TextInput } from "@mantine/core";
import { IconChevronDown, IconDeviceFloppy, IconEye, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, data, type Told } from "@/shared/api/client";
import { useMay, useMe } from "@/shared/api/me";
import { isProblem } from "@/shared/api/problem";
import type { components } from "@/shared/api/schema";
import { fieldOf, useDescription } from "@/shared/describe";
import { enumLabel } from "@/shared/fields/value";
import { useText } from "@/shared/i18n";
import { problemText, useTell } from "@/shared/ui/problem";

export type View = Told<components["schemas"]["SavedView"]>;
/** What the person looks at now. */
export type Looking = { filter?: string; order_by?: string; columns: readonly string[]; layout?: "TABLE" | "BOARD" };

type Props = { resource: string; looking: Looking; onChoose: (view: View | null) => void };

export function Views({ resource, looking, onChoose }: Props) {
  const { text } = useText();
  const me = useMe();
  const client = useQueryClient();
  const tell = useTell();
  const [saving, setSaving] = useState(false);
  const views = useQuery({
    queryKey: ["views", resource],
    queryFn: ({ signal }) =>
      data(api.GET("/v1/saved_views", { params: { query: { resource, page_size: 200 } }, signal })),
    staleTime: 60_000,
  });
  const shown = views.data?.saved_views ?? [];
  const chosen = shown.find(
    (view) => view.filter === (looking.filter ?? "") && view.order_by === (looking.order_by ?? ""),
  );
  const remove = useMutation({
    mutationFn: (view: View) => data(api.DELETE("/v1/saved_views/{id}", { params: { path: { id: view.id } } })),
    onError: tell.failed,
    onSettled: () => client.invalidateQueries({ queryKey: ["views", resource] }),
  });
  return (
    <>
      <Menu position="bottom-start">
        <Menu.Target>
          <Button variant="default" leftSection={<IconEye size={16} />} rightSection={<IconChevronDown size={14} />}>
            {chosen?.name ?? text("views.all")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => onChoose(null)}>{text("views.all")}</Menu.Item>
          {shown.map((view) => (
            <Menu.Item key={view.id} onClick={() => onChoose(view)}>
              {view.name}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item leftSection={<IconDeviceFloppy size={14} />} onClick={() => setSaving(true)}>
            {text("views.save")}
          </Menu.Item>
          {chosen?.owner_id === me.id && (
            <Menu.Item color="red" leftSection={<IconTrash size={14} />} onClick={() => remove.mutate(chosen)}>
              {text("views.delete", { name: chosen.name })}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {saving && <Save resource={resource} looking={looking} onClose={() => setSaving(false)} />}
    </>
  );
}

function Save({ resource, looking, onClose }: { resource: string; looking: Looking; onClose: () => void }) {
  const texts = useText();
  const { text } = texts;
  const me = useMe();
  const may = useMay();
  const client = useQueryClient();
  const visibility = fieldOf(useDescription("saved_views"), "visibility");
  const [name, setName] = useState("");
  const [visible, setVisible] = useState<View["visibility"]>("PRIVATE");
  const save = useMutation({
    mutationFn: () =>
      data(
        api.POST("/v1/saved_views", {
          body: {
            name,
            resource,
            filter: looking.filter ?? "",
            order_by: looking.order_by ?? "",
            columns: [...looking.columns],
            layout: looking.layout ?? "TABLE",
            visibility: visible,
            ...(visible === "TEAM" && { team_id: me.team_ids[0] }),
          },
        }),
      ),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["views", resource] });
      onClose();
    },
  });
  // A view for a role is made on the page of saved views, where roles can be chosen.
  const offered = [
    "PRIVATE",
    ...(me.team_ids.length ? ["TEAM"] : []),
    ...(may("saved_views.share") ? ["EVERYBODY"] : []),
  ];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={text("views.save")}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label={text("views.name")}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={isProblem(save.error) ? problemText(save.error, texts) : undefined}
            maxLength={100}
            required
            data-autofocus
          />
          <Select
            label={text("views.visibility")}
            data={offered.map((value) => ({ value, label: visibility ? enumLabel(visibility, value, texts) : value }))}
            value={visible}
            onChange={(value) => setVisible(value as View["visibility"])}
            allowDeselect={false}
          />
          <Group justify="flex-end">
            <Button type="submit" loading={save.isPending}>
              {text("form.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
