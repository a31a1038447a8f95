import pandas, scipy
