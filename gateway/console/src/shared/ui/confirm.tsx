/** Asks before something that cannot be taken back. */
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useText } from "@/shared/i18n";

type Props = {
  title: string;
  /** What will happen. */
  message: string;
  /** What the button that does it says. */
  action: string;
  running?: boolean;
  onConfirm: () => void;
  onClose: () => void;
};

export function Confirm({ title, message, action, running, onConfirm, onClose }: Props) {
  const { text } = useText();
  return (
    <Modal opened onClose={onClose} title={title} role="alertdialog">
      <Stack>
        <Text size="sm">{message}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {text("form.cancel")}
          </Button>
          <Button color="red" loading={running} onClick={onConfirm}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
