/** What keys do here: they are listened to, and `?` lists them. */
import { Group, Kbd, Modal, SimpleGrid, Stack, Switch, Text, Title } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useState } from "react";
import { useText } from "@/shared/i18n";
import { actionOnPage, keyListener, keysAreOn, switchKeys } from "@/shared/ui/keys";

type Page = { to: string; title: string; key?: string };
type Props = { pages: Page[]; opened: boolean; onOpen: () => void; onClose: () => void };
/** The keys, one after the other, and what they do. */
type Line = [keys: string[], does: string];

export default function Keys({ pages, opened, onOpen, onClose }: Props) {
  const { text } = useText();
  const navigate = useNavigate();
  const [on, setOn] = useState(keysAreOn);
  const places = [{ to: "/", title: text("shell.home"), key: "h" }, ...pages.filter(({ key }) => key)];
  const actionOf = useEffectEvent((keys: string) => {
    if (keys === "?") return onOpen;
    const place = places.find(({ key }) => keys === `g ${key}`);
    return place ? () => navigate({ to: place.to }) : actionOnPage(keys);
  });
  useEffect(() => {
    if (!on) return undefined;
    const listen = keyListener((keys) => actionOf(keys));
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [on]);

  const parts: [title: string, lines: Line[]][] = [
    [text("keys.everywhere"), [[["Ctrl", "K"], text("shell.search")], [["?"], text("keys.title")], [["Esc"], text("keys.leave")]]],
    [text("keys.list"), [[["/"], text("list.search")], [["n"], text("list.new")]]],
    [text("keys.record"), [[["e"], text("keys.edit")], [["Enter"], text("form.save")]]],
    [text("keys.writing"), [[["Ctrl", "Enter"], text("keys.send")]]],
    [text("keys.dragging"), [[[text("keys.space")], text("keys.hold")], [["←", "↑", "↓", "→"], text("keys.move")]]],
  ]; // biome-ignore format: one line each
  return (
    <Modal opened={opened} onClose={onClose} title={text("keys.title")} size="xl">
      <Stack>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl">
          <Stack>
            {parts.map(([title, lines]) => (
              <Part key={title} title={title} lines={lines} />
            ))}
          </Stack>
          <Part title={text("palette.pages")} lines={places.map(({ key = "", title }): Line => [["g", key], title])} />
        </SimpleGrid>
        <Switch
          label={text("keys.on")}
          checked={on}
          onChange={({ currentTarget: { checked } }) => {
            switchKeys(checked);
            setOn(checked);
          }}
        />
      </Stack>
    </Modal>
  );
}

function Part({ title, lines }: { title: string; lines: Line[] }) {
  return (
    <section>
      <Title order={3} size="h6" mb={4}>
        {title}
      </Title>
      <Stack gap={4}>
        {lines.map(([keys, does]) => (
          <Group key={keys.join()} justify="space-between" wrap="nowrap">
            <Text size="sm">{does}</Text>
            <Group gap={4} wrap="nowrap">
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </Group>
          </Group>
        ))}
      </Stack>
    </section>
  );
}
