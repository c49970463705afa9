/** Asks why something is ended for good; the reason is kept in the audit trail. */
import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useSubmit } from "@/shared/form/submit";
import { useText } from "@/shared/i18n";

type Props = {
  title: string;
  /** What will happen. */
  message: string;
  work: (reason: string) => Promise<unknown>;
  onDone: () => void;
  onClose: () => void;
};

export function ReasonDialog({ title, message, work, onDone, onClose }: Props) {
  const { text } = useText("system");
  const [reason, setReason] = useState("");
  const form = useSubmit(() => work(reason), () => {
    onDone();
    onClose();
  }, ["reason"]);
  return (
    <Modal opened onClose={onClose} title={title} role="alertdialog">
      <form onSubmit={form.submit}>
        <Stack>
          <Text size="sm">{message}</Text>
          <Textarea
            label={text("system.reason")}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={form.error("reason") ?? form.failure}
            maxLength={500}
            data-autofocus
            required
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {text("form.cancel")}
            </Button>
            <Button type="submit" color="red" loading={form.sending}>
              {title}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
