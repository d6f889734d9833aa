/* What holds a pod's namespaces: waits for ever, reaps orphans, ends on SIGTERM and SIGINT. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void leave(int signal_number) {
    (void)signal_number;
    _exit(0);
}

int main(void) {
    struct sigaction ignore_children = {.sa_handler = SIG_IGN, .sa_flags = SA_NOCLDWAIT};
    sigaction(SIGCHLD, &ignore_children, 0);
    signal(SIGTERM, leave);
    signal(SIGINT, leave);
    for (;;) pause();
}
