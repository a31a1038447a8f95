from jinja2 import Environment, PackageLoader


def main():
    pages = Environment(loader=PackageLoader("mailer"))
    print(pages.get_template("welcome.txt").render(name="Ada"))
