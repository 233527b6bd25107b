import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What Java's own engine answers. Each line of input is a pattern and its texts, UTF-16BE in base64 with blanks
 * between; each line of output holds "x" (no pattern) or one digit for each text: 1 = matches the whole text,
 * 2 = is found in it, case aside as Apereo compiles service patterns; "t": took more than two seconds.
 */
class PatternAnswers {
  public static void main(String[] arguments) throws Exception {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    var output = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
    var threads = Executors.newCachedThreadPool(work -> {
      var thread = new Thread(work);
      thread.setDaemon(true);
      return thread;
    });
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      output.println(answer(line.split(" "), threads));
    }
    output.flush();
    System.exit(0);
  }

  static String answer(String[] parts, ExecutorService threads) throws Exception {
    Pattern pattern;
    try {
      pattern = Pattern.compile(text(parts[0]), Pattern.CASE_INSENSITIVE);
    } catch (PatternSyntaxException refused) {
      return "x";
    }
    var answers = new StringBuilder();
    for (int i = 1; i < parts.length; i++) {
      String text = text(parts[i]);
      Future<Integer> found = threads.submit(() -> {
        var matcher = pattern.matcher(text);
        return (matcher.matches() ? 1 : 0) + (matcher.reset().find() ? 2 : 0);
      });
      try {
        answers.append(found.get(2, TimeUnit.SECONDS));
      } catch (TimeoutException late) {
        answers.append('t');
      }
    }
    return answers.toString();
  }

  static String text(String encoded) {
    return new String(Base64.getDecoder().decode(encoded.equals("-") ? "" : encoded), StandardCharsets.UTF_16BE);
  }
}
