/** The person who is signed in: how they want to see the suite, their profile, the way out. */
import { ActionIcon, Avatar, Group, Menu, useMantineColorScheme } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconKeyboard, IconLogout, IconMoon, IconSun, IconUser } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useMe } from "@/shared/api/me";
import { useChoose } from "@/shared/api/preferences";
import { signOut } from "@/shared/api/session";
import { dropDrafts, hasDrafts } from "@/shared/form/drafts";
import { useText } from "@/shared/i18n";
import { Confirm } from "@/shared/ui/confirm";

export function Person({ onKeys }: { onKeys: () => void }) {
  const { text } = useText();
  const me = useMe();
  const { colorScheme } = useMantineColorScheme();
  const choose = useChoose();
  const dark = colorScheme === "dark";
  const [asking, ask] = useDisclosure();
  const leave = async () => {
    dropDrafts();
    await signOut();
  };
  return (
    <Group gap="xs" wrap="nowrap">
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={text(dark ? "shell.light" : "shell.dark")}
        onClick={() => choose.mutate({ theme: dark ? "LIGHT" : "DARK" })}
      >
        {dark ? <IconSun size={18} /> : <IconMoon size={18} />}
      </ActionIcon>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="transparent" size="lg">
            <Avatar name={me.display_name} color="initials" size={32} radius="xl" />
            <span className="visually-hidden">{me.display_name}</span>
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            {me.display_name}
            <br />
            {me.email}
          </Menu.Label>
          <Menu.Item component={Link} to="/profile" leftSection={<IconUser size={14} />}>
            {text("shell.profile")}
          </Menu.Item>
          <Menu.Item visibleFrom="sm" leftSection={<IconKeyboard size={14} />} onClick={onKeys}>
            {text("keys.title")}
          </Menu.Item>
          <Menu.Item leftSection={<IconLogout size={14} />} onClick={() => (hasDrafts() ? ask.open() : leave())}>
            {text("shell.sign_out")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asking && (
        <Confirm
          title={text("shell.unsent")}
          message={text("shell.unsent_help")}
          action={text("shell.sign_out")}
          onConfirm={leave}
          onClose={ask.close}
        />
      )}
    </Group>
  );
}
