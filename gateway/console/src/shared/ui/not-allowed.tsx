/** Instead of a page that the person may not open: why not, and what it would take. */
import { Alert, Anchor, Code, Text, Title } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useText } from "@/shared/i18n";

export function NotAllowed({ permission }: { permission: string }) {
  const { text } = useText();
  return (
    <Alert icon={<IconLock size={20} />} color="gray" maw={640} role="alert">
      <Title order={1} size="h4">
        {text("not_allowed.title")}
      </Title>
      <Text size="sm" my="xs">
        {text("not_allowed.needs")} <Code>{permission}</Code>
      </Text>
      <Text size="sm" mb="xs">
        {text("not_allowed.help")}
      </Text>
      <Anchor component={Link} to="/" size="sm">
        {text("not_allowed.home")}
      </Anchor>
    </Alert>
  );
}
