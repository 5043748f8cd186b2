import { useServices } from './services.ts';

export function Messages() {
  const { announcer } = useServices();
  return (
    <>
      <div class="for-ears" role="status" aria-live="polite">
        {announcer.spoken.value}
      </div>
      {announcer.shown.value !== null && (
        <div class="toast" aria-hidden="true">
          {announcer.shown.value}
        </div>
      )}
    </>
  );
}
