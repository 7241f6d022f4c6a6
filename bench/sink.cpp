// Takes mail and throws it away, like Postfix's smtp-sink, and offers what that one does not: CHUNKING (RFC
// 3030). One thread, no limits, no checks: it is there to be fast and to be on the other end.
//
//   bench-sink        prints "listening on N"; ends with its standard input

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <list>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct Client
{
    int fd = -1;
    std::string unread;  // the beginning of a command, or of what may be the end of the content
    std::string replies; // to everything that came in one piece, in one piece
    bool inData = false;
    std::size_t body = 0; // octets of a chunk that are still to come
    bool last = false;    // it is the message's last
    bool over = false;
};

bool beginsWith(std::string_view line, std::string_view verb)
{
    return line.size() >= verb.size() &&
           std::equal(verb.begin(), verb.end(), line.begin(),
                      [](char a, char b) { return a == (b >= 'a' && b <= 'z' ? b - 32 : b); });
}

void command(Client &client, std::string_view line)
{
    if (beginsWith(line, "EHLO"))
        client.replies += "250-sink\r\n250-PIPELINING\r\n250-SIZE\r\n250-8BITMIME\r\n250 CHUNKING\r\n";
    else if (beginsWith(line, "DATA")) {
        client.inData = true;
        client.replies += "354 go on\r\n";
    } else if (beginsWith(line, "BDAT ")) { // BDAT 5120, BDAT 5120 LAST
        client.body = std::strtoul(std::string(line.substr(5)).c_str(), nullptr, 10);
        client.last = line.back() == 'T';
        if (client.body == 0)
            client.replies += "250 ok\r\n";
    } else if (beginsWith(line, "QUIT")) {
        client.replies += "221 bye\r\n";
        client.over = true;
    } else
        client.replies += "250 ok\r\n";
}

void take(Client &client)
{
    std::string_view rest = client.unread;
    for (;;) {
        if (client.body > 0) {
            const std::size_t taken = std::min(client.body, rest.size());
            rest.remove_prefix(taken);
            client.body -= taken;
            if (client.body > 0)
                break;
            client.replies += client.last ? "250 ok: queued as 1\r\n" : "250 ok\r\n";
        } else if (client.inData) {
            const std::size_t end = rest.find("\r\n.\r\n");
            if (end == std::string_view::npos) {
                rest.remove_prefix(rest.size() > 4 ? rest.size() - 4 : 0);
                break;
            }
            rest.remove_prefix(end + 5);
            client.inData = false;
            client.replies += "250 ok: queued as 1\r\n";
        } else {
            const std::size_t end = rest.find("\r\n");
            if (end == std::string_view::npos)
                break;
            command(client, rest.substr(0, end));
            rest.remove_prefix(end + 2);
        }
    }
    client.unread.erase(0, client.unread.size() - rest.size());
}

void serve(Client &client)
{
    static std::vector<char> buffer(256 << 10);
    const ssize_t got = read(client.fd, buffer.data(), buffer.size());
    if (got <= 0) {
        client.over = true;
        return;
    }
    client.unread.append(buffer.data(), static_cast<std::size_t>(got));
    take(client);
    if (!client.replies.empty() &&
        send(client.fd, client.replies.data(), client.replies.size(), MSG_NOSIGNAL) < 0)
        client.over = true;
    client.replies.clear();
}

Client welcome(int listener)
{
    Client client;
    client.fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    const int on = 1;
    setsockopt(client.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::string_view greeting = "220 sink ESMTP\r\n";
    client.over = send(client.fd, greeting.data(), greeting.size(), MSG_NOSIGNAL) < 0;
    return client;
}

} // namespace

int main()
{
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (bind(listener, reinterpret_cast<const sockaddr *>(&address), length) != 0 ||
        listen(listener, 64) != 0)
        return 1;
    getsockname(listener, reinterpret_cast<sockaddr *>(&address), &length);
    std::printf("listening on %d\n", ntohs(address.sin_port));
    std::fflush(stdout);

    std::list<Client> clients;
    for (;;) {
        std::vector<pollfd> polled{{listener, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
        for (const Client &client : clients)
            polled.push_back({client.fd, POLLIN, 0});
        poll(polled.data(), polled.size(), -1);
        if (polled[1].revents != 0)
            return 0;
        std::size_t at = 2;
        for (Client &client : clients) {
            if (polled[at++].revents != 0)
                serve(client);
        }
        if (polled[0].revents != 0)
            clients.push_back(welcome(listener));
        clients.remove_if([](const Client &client) {
            if (client.over)
                close(client.fd);
            return client.over;
        });
    }
}
