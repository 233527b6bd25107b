import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.Map;
import org.apereo.cas.client.authentication.AuthenticationFilter;
import org.apereo.cas.client.session.SingleSignOutFilter;
import org.apereo.cas.client.session.SingleSignOutHttpSessionListener;
import org.apereo.cas.client.util.AssertionHolder;
import org.apereo.cas.client.util.AssertionThreadLocalFilter;
import org.apereo.cas.client.util.HttpServletRequestWrapperFilter;
import org.apereo.cas.client.validation.Cas30ProxyReceivingTicketValidationFilter;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.servlet.FilterHolder;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.servlet.ServletHolder;

/** An application behind Apereo's Java CAS client. Arguments: port, URL of the CAS endpoints. */
public class SampleApplication {
  public static void main(String[] arguments) throws Exception {
    int port = Integer.parseInt(arguments[0]);
    String cas = arguments[1];
    String name = "http://localhost:" + port;
    ServletContextHandler context = new ServletContextHandler(ServletContextHandler.SESSIONS);
    context.addEventListener(new SingleSignOutHttpSessionListener());
    add(context, new SingleSignOutFilter(), Map.of());
    add(context, new AuthenticationFilter(), Map.of("casServerLoginUrl", cas + "/login", "serverName", name));
    add(context, new Cas30ProxyReceivingTicketValidationFilter(),
        Map.of("casServerUrlPrefix", cas, "serverName", name));
    add(context, new HttpServletRequestWrapperFilter(), Map.of());
    add(context, new AssertionThreadLocalFilter(), Map.of());
    context.addServlet(new ServletHolder(new Page()), "/*");
    Server server = new Server(new InetSocketAddress("127.0.0.1", port));
    server.setHandler(context);
    server.start();
    server.join();
  }

  private static void add(ServletContextHandler context, Filter filter, Map<String, String> settings) {
    FilterHolder holder = new FilterHolder(filter);
    holder.setInitParameters(settings);
    context.addFilter(holder, "/*", EnumSet.of(DispatcherType.REQUEST));
  }

  /** Any page tells who is signed in. */
  private static class Page extends HttpServlet {
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
      response.setContentType("text/plain");
      response.getWriter().print(
          request.getRemoteUser() + " " + AssertionHolder.getAssertion().getPrincipal().getAttributes());
    }
  }
}
