// A long line on a short one: takes connections on a free port of the loopback and passes every octet on
// after a fixed time each way, however many there are. It never throttles: what comes in is read at once. The
// connection to the server is made after one and a half round trips, so that the greeting comes when it would
// come over a line that long.
//
//   bench-delay PORT MICROSECONDS        prints "listening on N"; ends with its standard input

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

// Sleeps end late by as much as the system likes; the last moments before something is due are not slept.
constexpr std::chrono::microseconds awake(400);

struct Parcel
{
    Clock::time_point due;
    std::string octets; // empty: the end
};

/// One direction of a connection.
struct Way
{
    int from = -1;
    int to = -1;
    std::deque<Parcel> parcels;
    bool read = true;   // there may be more to come
    bool stuck = false; // the far end takes no more just now
};

struct Pair
{
    int client = -1;
    int server = -1; // none yet
    Clock::time_point connectAt;
    Way up;
    Way down;
    bool broken = false;
};

sockaddr_in loopback(int port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

void prepare(int fd)
{
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

void readFrom(Way &way, Clock::duration delay, bool &broken)
{
    static std::vector<char> buffer(1 << 20);
    for (;;) {
        const ssize_t got = read(way.from, buffer.data(), buffer.size());
        if (got < 0) {
            broken = broken || (errno != EAGAIN && errno != EINTR);
            return;
        }
        way.parcels.push_back(
            {Clock::now() + delay, std::string(buffer.data(), static_cast<std::size_t>(got))});
        if (got == 0) {
            way.read = false;
            return;
        }
    }
}

void passOn(Way &way, bool &broken)
{
    way.stuck = false;
    while (!way.parcels.empty() && way.parcels.front().due <= Clock::now()) {
        std::string &octets = way.parcels.front().octets;
        if (octets.empty()) {
            shutdown(way.to, SHUT_WR);
            way.parcels.pop_front();
            continue;
        }
        const ssize_t put = send(way.to, octets.data(), octets.size(), MSG_NOSIGNAL);
        if (put < 0) {
            way.stuck = errno == EAGAIN;
            broken = broken || !way.stuck;
            return;
        }
        octets.erase(0, static_cast<std::size_t>(put));
        if (octets.empty())
            way.parcels.pop_front();
    }
}

bool isOver(const Pair &pair)
{
    return pair.broken ||
           (!pair.up.read && !pair.down.read && pair.up.parcels.empty() && pair.down.parcels.empty());
}

void connectTo(Pair &pair, int port)
{
    const sockaddr_in address = loopback(port);
    pair.server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(pair.server, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        pair.broken = true;
    prepare(pair.server);
    pair.up.to = pair.down.from = pair.server;
}

/// When something is to be done though nobody speaks.
std::optional<Clock::time_point> nextDue(const Pair &pair)
{
    if (pair.server < 0)
        return pair.connectAt;
    std::optional<Clock::time_point> due;
    for (const Way *way : {&pair.up, &pair.down}) {
        if (!way->parcels.empty() && !way->stuck)
            due = std::min(due.value_or(way->parcels.front().due), way->parcels.front().due);
    }
    return due;
}

void run(int listener, int port, Clock::duration delay)
{
    std::list<Pair> pairs;
    for (;;) {
        std::vector<pollfd> polled{{listener, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
        std::optional<Clock::time_point> due;
        for (const Pair &pair : pairs) {
            for (const Way *way : {&pair.up, &pair.down}) {
                if (way->from >= 0 && way->read)
                    polled.push_back({way->from, POLLIN, 0});
                if (way->stuck)
                    polled.push_back({way->to, POLLOUT, 0});
            }
            if (const auto next = nextDue(pair); next && (!due || *next < *due))
                due = next;
        }
        timespec wait{};
        if (due) {
            const auto left = std::max(Clock::duration::zero(), Clock::duration(*due - Clock::now() - awake));
            wait.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(left).count();
            wait.tv_nsec = std::chrono::nanoseconds(left % std::chrono::seconds(1)).count();
        }
        ppoll(polled.data(), polled.size(), due ? &wait : nullptr, nullptr);
        if (polled[1].revents != 0)
            return;
        if (polled[0].revents != 0) {
            Pair pair;
            pair.client = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
            prepare(pair.client);
            pair.connectAt = Clock::now() + 3 * delay;
            pair.up.from = pair.down.to = pair.client;
            pairs.push_back(std::move(pair));
        }
        for (Pair &pair : pairs) {
            if (pair.up.read)
                readFrom(pair.up, delay, pair.broken);
            if (pair.server < 0 && pair.connectAt <= Clock::now())
                connectTo(pair, port);
            if (pair.server < 0)
                continue;
            if (pair.down.read)
                readFrom(pair.down, delay, pair.broken);
            passOn(pair.up, pair.broken);
            passOn(pair.down, pair.broken);
        }
        pairs.remove_if([](const Pair &pair) {
            if (!isOver(pair))
                return false;
            close(pair.client);
            if (pair.server >= 0)
                close(pair.server);
            return true;
        });
    }
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    prctl(PR_SET_TIMERSLACK, 1000UL); // nanoseconds; 50 microseconds a way would be seen
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    if (bind(listener, reinterpret_cast<const sockaddr *>(&address), length) != 0 ||
        listen(listener, 64) != 0)
        return 1;
    getsockname(listener, reinterpret_cast<sockaddr *>(&address), &length);
    std::printf("listening on %d\n", ntohs(address.sin_port));
    std::fflush(stdout);
    run(listener, std::atoi(argv[1]), std::chrono::microseconds(std::atoi(argv[2])));
    return 0;
}
