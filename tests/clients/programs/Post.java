import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Posts the transaction with Java's HttpClient; without TLS it would ask for HTTP/2 by an upgrade, which HTTPS never does. */
public class Post {
    public static void main(String[] arguments) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(arguments[0]))
            .header("Content-Type", "application/json")
            .header("x-api-key", arguments[1])
            .header("Idempotency-Key", arguments[2])
            .POST(HttpRequest.BodyPublishers.ofString(arguments[3]))
            .build();
        var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        client.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
