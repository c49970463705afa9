/** Who else looks at a record: faces and a sentence, in the head of every record. */
import { Avatar, Group, Text, Tooltip } from "@mantine/core";
import { useText } from "@/shared/i18n";
import { useBeingAt, useOthersAt } from "./presence";

/** As many faces as a narrow page has room for. */
const FACES = 4;

export default function Others({ kind, id }: { kind: string; id: string }) {
  const { text, list } = useText();
  useBeingAt(kind, id);
  const others = useOthersAt(kind, id);
  const typing = others.filter((person) => person.typing);
  const told = typing.length ? typing : others;
  const names = list(told.map(({ name }) => name));
  return (
    <Group gap="xs" role="status" className="others">
      {others.length > 0 && (
        <>
          <Avatar.Group spacing="xs" aria-hidden>
            {others.slice(0, FACES).map(({ id, name, typing }) => (
              <Tooltip key={id} label={name}>
                <Avatar size={26} radius="xl" name={name} color="initials" variant={typing ? "filled" : "light"} />
              </Tooltip>
            ))}
            {others.length > FACES && (
              <Avatar size={26} radius="xl">
                +{others.length - FACES}
              </Avatar>
            )}
          </Avatar.Group>
          <Text size="sm" c="dimmed">
            {text(typing.length ? "presence.typing" : "presence.viewing", { names, count: told.length })}
          </Text>
        </>
      )}
    </Group>
  );
}
